import CRealtime

/// The treatment of free memory by the C library's allocator.
package enum Memory {
    /// From now on large blocks have separate mappings, which are unmapped when they are freed: reading a model makes several
    /// copies.
    package static func mapLargeBlocks() { bearing_memory_map_large_blocks() }

    /// Returns free memory to the system.
    package static func giveBack() { bearing_memory_give_back() }
}
