import CTestHooks
import Glibc

/// Runs `body` while `pread` of the calling thread fails with an input/output error, after a number of calls that succeed.
public func failingReads<Result, Failure: Error>(after calls: Int, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    bearing_reads_fail(EIO, calls)
    defer { bearing_reads_fail(0, 0) }
    return try body()
}
