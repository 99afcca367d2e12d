import CTestHooks

/// Runs `body` while the calling thread waits before it reads a reason of libsndfile, as if it had been interrupted there.
public func lateReasons<Result, Failure: Error>(microseconds: UInt32, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    bearing_reasons_wait(microseconds)
    defer { bearing_reasons_wait(0) }
    return try body()
}
