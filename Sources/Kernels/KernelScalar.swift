internal import CRealtime
internal import Glibc

/// The scalar type of the kernels: Float in use, Double for checking the same code against finite differences.
public protocol KernelScalar: WinogradScalar, BinaryFloatingPoint, BitwiseCopyable, Sendable {
    /// c[m x n] = a b + beta c, row major; see `Matrix`.
    @unsafe static func multiply(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, _ strideA: Int, transposedA: Bool,
        _ b: UnsafePointer<Self>, _ strideB: Int, transposedB: Bool, beta: Self, _ c: UnsafeMutablePointer<Self>,
        _ strideC: Int)

    /// y[rows] = a[rows x columns] x + beta y.
    @unsafe static func multiply(
        _ rows: Int, _ columns: Int, _ a: UnsafePointer<Self>, _ stride: Int, _ x: UnsafePointer<Self>, beta: Self,
        _ y: UnsafeMutablePointer<Self>)

    /// c[m x n] = a b, or c += a b if `adding`, for a small dimension: sums run over k in order, and operands are not copied.
    /// - Parameter a: element (i, l) is at i `rowA` + l `columnA`.
    @unsafe static func multiplySmall(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, rowA: Int, columnA: Int, _ b: UnsafePointer<Self>,
        _ strideB: Int, adding: Bool, _ c: UnsafeMutablePointer<Self>, _ strideC: Int)

    /// e^x without branches, so that loops over it vectorise.
    static func exponential(_ x: Self) -> Self
}

extension Float: KernelScalar {
    public static func multiply(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ strideA: Int, transposedA: Bool,
        _ b: UnsafePointer<Float>, _ strideB: Int, transposedB: Bool, beta: Float, _ c: UnsafeMutablePointer<Float>,
        _ strideC: Int
    ) {
        unsafe bearing_sgemm(
            transposedA ? 1 : 0, transposedB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(strideA), b,
            Int32(strideB), beta, c, Int32(strideC))
    }

    public static func multiply(
        _ rows: Int, _ columns: Int, _ a: UnsafePointer<Float>, _ stride: Int, _ x: UnsafePointer<Float>, beta: Float,
        _ y: UnsafeMutablePointer<Float>
    ) {
        unsafe bearing_sgemv(Int32(rows), Int32(columns), 1, a, Int32(stride), x, beta, y)
    }

    public static func multiplySmall(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, rowA: Int, columnA: Int, _ b: UnsafePointer<Float>,
        _ strideB: Int, adding: Bool, _ c: UnsafeMutablePointer<Float>, _ strideC: Int
    ) {
        unsafe bearing_product_float(m, n, k, a, rowA, columnA, b, strideB, adding ? 1 : 0, c, strideC)
    }

    /// Relative error below 4e-7 for -87 <= x <= 88; saturates outside, and NaN stays NaN.
    ///
    /// e^x = 2^k 2^f with k the nearest integer to x log2 e: the series of 2^f to the seventh power on
    /// -0.5 <= f <= 0.5, then k added to the exponent bits.
    @inline(__always)
    public static func exponential(_ x: Float) -> Float {
        let limited = Swift.max(Swift.min(x, 88), -87)
        let power = limited * 1.442_695_04
        // Adding 1.5 x 2^23 leaves the nearest integer in the low bits of the sum.
        let rounder: Float = 12_582_912
        let rounded = power + rounder
        let whole = rounded - rounder
        // ln 2 in two parts keeps f exact; f is in units of e here.
        let f = (limited - whole * 0.693_359_375) + whole * 2.121_944_4e-4
        var series: Float = 1.0 / 5040
        series = series * f + 1.0 / 720
        series = series * f + 1.0 / 120
        series = series * f + 1.0 / 24
        series = series * f + 1.0 / 6
        series = series * f + 0.5
        series = series * f + 1
        series = series * f + 1
        let scale = Float(bitPattern: (rounded.bitPattern << 23) &+ 0x3F80_0000)
        return series * scale
    }
}

extension Double: KernelScalar {
    public static func multiply(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, _ strideA: Int, transposedA: Bool,
        _ b: UnsafePointer<Double>, _ strideB: Int, transposedB: Bool, beta: Double, _ c: UnsafeMutablePointer<Double>,
        _ strideC: Int
    ) {
        unsafe bearing_dgemm(
            transposedA ? 1 : 0, transposedB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(strideA), b,
            Int32(strideB), beta, c, Int32(strideC))
    }

    public static func multiply(
        _ rows: Int, _ columns: Int, _ a: UnsafePointer<Double>, _ stride: Int, _ x: UnsafePointer<Double>,
        beta: Double, _ y: UnsafeMutablePointer<Double>
    ) {
        unsafe bearing_dgemv(Int32(rows), Int32(columns), 1, a, Int32(stride), x, beta, y)
    }

    public static func multiplySmall(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, rowA: Int, columnA: Int, _ b: UnsafePointer<Double>,
        _ strideB: Int, adding: Bool, _ c: UnsafeMutablePointer<Double>, _ strideC: Int
    ) {
        unsafe bearing_product_double(m, n, k, a, rowA, columnA, b, strideB, adding ? 1 : 0, c, strideC)
    }

    /// The C library's function, since Double is used only for checks.
    @inline(__always)
    public static func exponential(_ x: Double) -> Double { exp(x) }
}
