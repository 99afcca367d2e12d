import Glibc

/// Asks the system to run threads in time. What it refuses is told, and the daemon runs on.
package enum Realtime {
    /// Runs `body` with the calling thread under SCHED_FIFO, so that threads started in it inherit that.
    ///
    /// - Parameter refused: gets why the system said no; then `body` runs as the thread was.
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

    /// Keeps all memory of the process, now and later, from being paged out.
    ///
    /// Under a finite limit, locking later memory would make a later allocation fail, so it is not asked for.
    /// - Returns: nil, or why the system said no.
    package static func lockMemory() -> String? {
        var limit = rlimit()
        unsafe getrlimit(Int32(__RLIMIT_MEMLOCK.rawValue), &limit)
        guard limit.rlim_cur == rlim_t.max else {
            return "the limit of locked memory is \(limit.rlim_cur / 1024) KiB, not unlimited"
        }
        let code = mlockall(MCL_CURRENT | MCL_FUTURE)
        return code == 0 ? nil : unsafe String(cString: strerror(errno))
    }

    /// Descriptors that a daemon with one subscriber needs, and some.
    package static let leastDescriptors = 48

    /// Lets the process have as many subscribers as the system allows at all.
    /// - Returns: how many descriptors it may have.
    package static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
