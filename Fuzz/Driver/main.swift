import FuzzTargets
import Glibc

// libFuzzer drives a target, which the environment names: `tools/sanitizers/fuzz` builds and starts this.

@_silgen_name("LLVMFuzzerRunDriver")
func fuzz(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Chosen once: a callback of C takes nothing along.
let chosen: FuzzTarget = {
    let name = unsafe getenv("BEARING_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        print("BEARING_FUZZ_TARGET: expected one of \(names), found \"\(name)\"")
        exit(64)
    }
    return target
}()

_ = chosen
var count = CommandLine.argc
var arguments = unsafe CommandLine.unsafeArgv
exit(
    unsafe fuzz(&count, &arguments) { bytes, size in
        chosen.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    })
