internal import CRealtime

/// A vector over four channels.
struct ChannelVector {
    var real, imaginary: SIMD4<Float>
}

/// A Hermitian matrix over four channels, such as their covariance: a, b, c, d are its rows.
struct HermitianMatrix {
    let a, b, c, d: ChannelVector

    var trace: Float {
        @_noLocks get { a.real[0] + b.real[1] + c.real[2] + d.real[3] }
    }

    /// The principal eigenvector, of unit length, and the eigenvalue's share of the trace, 0.25...1 of a covariance; nil
    /// without power.
    @_noLocks
    func prevailing() -> (vector: ChannelVector, share: Float)? {
        let trace = trace
        guard trace > 0 else { return nil }
        let matrix = scaled(by: 1 / trace)
        // In the eighth power the largest eigenvalue dominates so much that each column is nearly its eigenvector.
        let power = matrix.squared.squared.squared
        var (row, largest) = (power.a, power.a.real[0])
        if power.b.real[1] > largest { (row, largest) = (power.b, power.b.real[1]) }
        if power.c.real[2] > largest { (row, largest) = (power.c, power.c.real[2]) }
        if power.d.real[3] > largest { (row, largest) = (power.d, power.d.real[3]) }
        let scale: Float = 1 / bearing_square_root((row.real * row.real + row.imaginary * row.imaginary).sum())
        // A column is the conjugate of its row.
        let vector = ChannelVector(real: row.real * scale, imaginary: -row.imaginary * scale)
        let turned = matrix.times(vector)
        return (vector, (vector.real * turned.real + vector.imaginary * turned.imaginary).sum())
    }

    @_noLocks
    private func scaled(by factor: Float) -> HermitianMatrix {
        @_noLocks func row(_ r: ChannelVector) -> ChannelVector {
            ChannelVector(real: r.real * factor, imaginary: r.imaginary * factor)
        }
        return HermitianMatrix(a: row(a), b: row(b), c: row(c), d: row(d))
    }

    private var squared: HermitianMatrix {
        @_noLocks get { HermitianMatrix(a: row(a), b: row(b), c: row(c), d: row(d)) }
    }

    /// A row times the matrix.
    @_noLocks
    private func row(_ r: ChannelVector) -> ChannelVector {
        let (x, y) = (r.real, r.imaginary)
        var real: SIMD4<Float> = x[0] * a.real - y[0] * a.imaginary
        real += x[1] * b.real - y[1] * b.imaginary
        real += x[2] * c.real - y[2] * c.imaginary
        real += x[3] * d.real - y[3] * d.imaginary
        var imaginary: SIMD4<Float> = x[0] * a.imaginary + y[0] * a.real
        imaginary += x[1] * b.imaginary + y[1] * b.real
        imaginary += x[2] * c.imaginary + y[2] * c.real
        imaginary += x[3] * d.imaginary + y[3] * d.real
        return ChannelVector(real: real, imaginary: imaginary)
    }

    /// The matrix times a column, by its columns, the conjugates of its rows.
    @_noLocks
    private func times(_ v: ChannelVector) -> ChannelVector {
        let (x, y) = (v.real, v.imaginary)
        var real: SIMD4<Float> = x[0] * a.real + y[0] * a.imaginary
        real += x[1] * b.real + y[1] * b.imaginary
        real += x[2] * c.real + y[2] * c.imaginary
        real += x[3] * d.real + y[3] * d.imaginary
        var imaginary: SIMD4<Float> = y[0] * a.real - x[0] * a.imaginary
        imaginary += y[1] * b.real - x[1] * b.imaginary
        imaginary += y[2] * c.real - x[2] * c.imaginary
        imaginary += y[3] * d.real - x[3] * d.imaginary
        return ChannelVector(real: real, imaginary: imaginary)
    }
}
