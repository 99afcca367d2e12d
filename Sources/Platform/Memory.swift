import CRealtime

/// What the C library's allocator does with memory that is free.
package enum Memory {
    /// Large blocks have mappings of their own from now on, which go when they are freed: a model is read through several copies of it.
    package static func mapLargeBlocks() { bearing_memory_map_large_blocks() }

    /// Gives the system what is free now.
    package static func giveBack() { bearing_memory_give_back() }
}
