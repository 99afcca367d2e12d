import Glibc

/// Requests real-time scheduling from the system. Refusals are reported, and the daemon continues.
package enum Realtime {
    /// Runs `body` with the calling thread under SCHED_FIFO, so that threads started in it inherit that.
    ///
    /// - Parameter refused: receives the system's reason for a refusal; then `body` runs with unchanged scheduling.
    package static func promoted<Result, Failure>(
        priority: Int, refused: (String) -> Void, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var policy: Int32 = 0
        var before = sched_param()
        unsafe pthread_getschedparam(pthread_self(), &policy, &before)
        var wanted = sched_param()
        wanted.sched_priority = Int32(priority)
        let code = unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted)
        guard code == 0 else {
            refused(unsafe String(cString: strerror(code)))
            return try body()
        }
        defer { unsafe pthread_setschedparam(pthread_self(), policy, &before) }
        return try body()
    }

    /// Locks all present and future memory of the process against paging.
    ///
    /// With a finite limit, locking future memory would make a later allocation fail, so nothing is locked.
    /// - Returns: nil, or the reason for a refusal.
    package static func lockMemory() -> String? {
        var limit = rlimit()
        unsafe getrlimit(Int32(__RLIMIT_MEMLOCK.rawValue), &limit)
        guard limit.rlim_cur == rlim_t.max else {
            return "the limit of locked memory is \(limit.rlim_cur / 1024) KiB, not unlimited"
        }
        let code = mlockall(MCL_CURRENT | MCL_FUTURE)
        return code == 0 ? nil : unsafe String(cString: strerror(errno))
    }

    /// File descriptors that a daemon with one subscriber needs, with a margin.
    package static let leastDescriptors = 48

    /// Raises the limit of file descriptors, and thereby of subscribers, to the system's maximum.
    /// - Returns: the new limit.
    package static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
