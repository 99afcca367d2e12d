import CMPI
import Glibc
public import Platform

/// The processes that `mpirun` or `srun` has started together.
public final class MPIGroup: RankGroup {
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case notBuilt(processes: Int)
        case notStarted

        public var description: String {
            switch self {
            case .notBuilt(let processes):
                "expected a program built with MPI for \(processes) processes, found one without: build it with tools/build --mpi"
            case .notStarted: "expected MPI to start, found a fault of it: check that mpirun is that of the Open MPI it was built with"
            }
        }
    }

    public let rank: Int
    public let count: Int

    /// Joins the group, once in a process.
    /// - Returns: nil for a process that was started alone.
    /// - Throws: `Fault` for a program without MPI among several processes.
    public static func join() throws(Fault) -> MPIGroup? {
        guard let processes = launched, processes > 1 else { return nil }
        guard bearing_mpi_is_built() == 1 else { throw .notBuilt(processes: processes) }
        return try MPIGroup()
    }

    private init() throws(Fault) {
        var own: Int32 = 0
        let processes = unsafe bearing_mpi_start(&own)
        guard processes > 0 else { throw .notStarted }
        (rank, count) = (Int(own), Int(processes))
    }

    /// Leaves the group at the end of the work. A process that ends without it ends all.
    public func leave() { bearing_mpi_finish() }

    /// Processes started together, from what Open MPI's mpirun and Slurm's srun set; nil for a process started by other means.
    private static var launched: Int? {
        func number(_ name: String) -> Int? { unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) } }
        if let count = number("OMPI_COMM_WORLD_SIZE") { return count }
        return number("PMIX_RANK") != nil || number("PMI_RANK") != nil ? number("SLURM_NTASKS") : nil
    }

    public func gather(_ bytes: UnsafeMutableRawBufferPointer, parts: [Range<Int>]) {
        // The same on all ranks.
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        unsafe bearing_mpi_gather(base, Self.sizes(parts), Self.offsets(parts))
    }

    public func beginExchange(_ bytes: UnsafeRawBufferPointer, parts: [Range<Int>], into received: UnsafeMutableRawBufferPointer) {
        unsafe bearing_mpi_begin_exchange(
            bytes.baseAddress, Self.sizes(parts), Self.offsets(parts), received.baseAddress, Int32(parts[rank].count))
    }

    public func progress() { bearing_mpi_progress() }

    public func endExchange() { bearing_mpi_end_exchange() }

    private static func sizes(_ parts: [Range<Int>]) -> [Int32] { parts.map { Int32($0.count) } }
    private static func offsets(_ parts: [Range<Int>]) -> [Int32] { parts.map { Int32($0.lowerBound) } }
}
