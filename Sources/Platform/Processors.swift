import CRealtime

/// The processors that this process may use.
package enum Processors {
    /// At least 1; `taskset` and the cpusets of containers and job schedulers limit it.
    package static var count: Int { max(1, Int(bearing_processor_count())) }
}
