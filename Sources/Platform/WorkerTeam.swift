internal import Glibc

/// Threads that divide work by their number. `run` is a barrier: it returns when every worker has finished.
///
/// For training and other offline work, whose steps take milliseconds; the live path runs on one thread.
@safe
public final class WorkerTeam: @unchecked Sendable {
    /// Number of workers, including the caller of `run` as worker 0.
    public let count: Int

    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let begin: UnsafeMutablePointer<pthread_cond_t>
    private let end: UnsafeMutablePointer<pthread_cond_t>
    private var threads: [pthread_t] = []
    // Guarded by `lock`.
    private var work: ((Int) -> Void)?
    private var round = 0
    private var unfinished = 0
    private var closing = false

    /// - Parameter count: at least 1; one thread fewer is started.
    public init(count: Int) {
        precondition(count >= 1, "a team has at least one worker")
        self.count = count
        unsafe lock = .allocate(capacity: 1)
        unsafe begin = .allocate(capacity: 1)
        unsafe end = .allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(begin, nil)
        unsafe pthread_cond_init(end, nil)
        for worker in 1..<count {
            // The thread borrows the team: `deinit` joins it before the memory is freed.
            let seat = UnsafeMutablePointer<Seat>.allocate(capacity: 1)
            unsafe seat.initialize(to: Seat(team: Unmanaged.passUnretained(self), worker: worker))
            var thread = pthread_t()
            let status = unsafe pthread_create(
                &thread, nil,
                { argument in
                    let seat = unsafe argument!.assumingMemoryBound(to: Seat.self)
                    let (team, worker) = unsafe (seat.pointee.team, seat.pointee.worker)
                    unsafe seat.deallocate()
                    unsafe team._withUnsafeGuaranteedRef { $0.attend(worker) }
                    return nil
                }, seat)
            precondition(status == 0, "pthread_create failed (errno \(status))")
            threads.append(thread)
        }
    }

    deinit {
        unsafe pthread_mutex_lock(lock)
        closing = true
        unsafe pthread_cond_broadcast(begin)
        unsafe pthread_mutex_unlock(lock)
        for thread in threads { pthread_join(thread, nil) }
        unsafe pthread_mutex_destroy(lock)
        unsafe pthread_cond_destroy(begin)
        unsafe pthread_cond_destroy(end)
        unsafe lock.deallocate()
        unsafe begin.deallocate()
        unsafe end.deallocate()
    }

    /// Calls `work` once for each worker number 0..<count, concurrently, and returns when all have returned.
    /// One caller at a time, and not from within `work`.
    public func run(_ work: (_ worker: Int) -> Void) {
        if count == 1 { return work(0) }
        withoutActuallyEscaping(work) { work in
            unsafe pthread_mutex_lock(lock)
            precondition(unfinished == 0, "run is called from one thread at a time")
            self.work = work
            round += 1
            unfinished = count - 1
            unsafe pthread_cond_broadcast(begin)
            unsafe pthread_mutex_unlock(lock)

            work(0)

            unsafe pthread_mutex_lock(lock)
            while unfinished > 0 { unsafe pthread_cond_wait(end, lock) }
            self.work = nil
            unsafe pthread_mutex_unlock(lock)
        }
    }

    /// The worker's part of `total` items: contiguous, the parts differing by at most one item.
    public func share(_ worker: Int, of total: Int) -> Range<Int> {
        total * worker / count..<total * (worker + 1) / count
    }

    private func attend(_ worker: Int) {
        var done = 0
        unsafe pthread_mutex_lock(lock)
        while true {
            while round == done && !closing { unsafe pthread_cond_wait(begin, lock) }
            if closing { break }
            done = round
            var job = work
            unsafe pthread_mutex_unlock(lock)
            job?(worker)
            job = nil
            unsafe pthread_mutex_lock(lock)
            unfinished -= 1
            if unfinished == 0 { unsafe pthread_cond_signal(end) }
        }
        unsafe pthread_mutex_unlock(lock)
    }
}

/// Arguments of a new thread.
@safe
private struct Seat {
    let team: Unmanaged<WorkerTeam>
    let worker: Int
}
