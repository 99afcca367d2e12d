internal import CRealtime

/// The transforms of bearing_winograd.h for a scalar type; arguments in its order.
public protocol WinogradScalar {
    @unsafe static func transformInput(
        _ points: UnsafeMutablePointer<Self>, _ stride: Int, _ pitch: Int, _ input: UnsafePointer<Self>, _ times: Int,
        _ bands: Int, _ channels: Int, _ first: Int, _ tileRows: Int, _ tileColumns: Int)
    @unsafe static func transformOutput(
        _ output: UnsafeMutablePointer<Self>, _ rows: Int, _ bands: Int, _ channels: Int, _ points: UnsafePointer<Self>,
        _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int)
    @unsafe static func transformPooled(
        _ output: UnsafeMutablePointer<Self>, _ rows: Int, _ bands: Int, _ channels: Int, _ window: Int, _ bias: UnsafePointer<Self>,
        _ points: UnsafePointer<Self>, _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int)
    @unsafe static func transformOutputGradient(
        _ points: UnsafeMutablePointer<Self>, _ stride: Int, _ pitch: Int, _ gradient: UnsafePointer<Self>, _ rows: Int,
        _ bands: Int, _ channels: Int, _ tileRows: Int, _ tileColumns: Int)
    @unsafe static func transformWeight(
        _ points: UnsafeMutablePointer<Self>, _ stride: Int, _ weight: UnsafePointer<Self>, _ count: Int)
    @unsafe static func transformWeightGradient(
        _ gradient: UnsafeMutablePointer<Self>, _ points: UnsafePointer<Self>, _ stride: Int, _ count: Int)
}

extension Float: WinogradScalar {
    public static func transformInput(
        _ points: UnsafeMutablePointer<Float>, _ stride: Int, _ pitch: Int, _ input: UnsafePointer<Float>, _ times: Int,
        _ bands: Int, _ channels: Int, _ first: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_input_float(
            points, stride, Int32(pitch), input, Int32(times), Int32(bands), Int32(channels), Int32(first), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformOutput(
        _ output: UnsafeMutablePointer<Float>, _ rows: Int, _ bands: Int, _ channels: Int, _ points: UnsafePointer<Float>,
        _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_output_float(
            output, Int32(rows), Int32(bands), Int32(channels), points, stride, Int32(pitch), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformPooled(
        _ output: UnsafeMutablePointer<Float>, _ rows: Int, _ bands: Int, _ channels: Int, _ window: Int, _ bias: UnsafePointer<Float>,
        _ points: UnsafePointer<Float>, _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_pooled_float(
            output, Int32(rows), Int32(bands), Int32(channels), Int32(window), bias, points, stride, Int32(pitch), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformOutputGradient(
        _ points: UnsafeMutablePointer<Float>, _ stride: Int, _ pitch: Int, _ gradient: UnsafePointer<Float>, _ rows: Int,
        _ bands: Int, _ channels: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_output_gradient_float(
            points, stride, Int32(pitch), gradient, Int32(rows), Int32(bands), Int32(channels), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformWeight(
        _ points: UnsafeMutablePointer<Float>, _ stride: Int, _ weight: UnsafePointer<Float>, _ count: Int
    ) {
        unsafe bearing_winograd_weight_float(points, stride, weight, count)
    }

    public static func transformWeightGradient(
        _ gradient: UnsafeMutablePointer<Float>, _ points: UnsafePointer<Float>, _ stride: Int, _ count: Int
    ) {
        unsafe bearing_winograd_weight_gradient_float(gradient, points, stride, count)
    }
}

extension Double: WinogradScalar {
    public static func transformInput(
        _ points: UnsafeMutablePointer<Double>, _ stride: Int, _ pitch: Int, _ input: UnsafePointer<Double>, _ times: Int,
        _ bands: Int, _ channels: Int, _ first: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_input_double(
            points, stride, Int32(pitch), input, Int32(times), Int32(bands), Int32(channels), Int32(first), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformOutput(
        _ output: UnsafeMutablePointer<Double>, _ rows: Int, _ bands: Int, _ channels: Int, _ points: UnsafePointer<Double>,
        _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_output_double(
            output, Int32(rows), Int32(bands), Int32(channels), points, stride, Int32(pitch), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformPooled(
        _ output: UnsafeMutablePointer<Double>, _ rows: Int, _ bands: Int, _ channels: Int, _ window: Int, _ bias: UnsafePointer<Double>,
        _ points: UnsafePointer<Double>, _ stride: Int, _ pitch: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_pooled_double(
            output, Int32(rows), Int32(bands), Int32(channels), Int32(window), bias, points, stride, Int32(pitch), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformOutputGradient(
        _ points: UnsafeMutablePointer<Double>, _ stride: Int, _ pitch: Int, _ gradient: UnsafePointer<Double>, _ rows: Int,
        _ bands: Int, _ channels: Int, _ tileRows: Int, _ tileColumns: Int
    ) {
        unsafe bearing_winograd_output_gradient_double(
            points, stride, Int32(pitch), gradient, Int32(rows), Int32(bands), Int32(channels), Int32(tileRows),
            Int32(tileColumns))
    }

    public static func transformWeight(
        _ points: UnsafeMutablePointer<Double>, _ stride: Int, _ weight: UnsafePointer<Double>, _ count: Int
    ) {
        unsafe bearing_winograd_weight_double(points, stride, weight, count)
    }

    public static func transformWeightGradient(
        _ gradient: UnsafeMutablePointer<Double>, _ points: UnsafePointer<Double>, _ stride: Int, _ count: Int
    ) {
        unsafe bearing_winograd_weight_gradient_double(gradient, points, stride, count)
    }
}
