import Synchronization

/// An atomic integer alone on its cache lines, so that two threads that write different ones do not slow each other down.
///
/// 128 bytes: processors fetch lines of 64 bytes in pairs.
struct PaddedAtomic: ~Copyable {
    private let before = InlineArray<8, Int>(repeating: 0)
    let value: Atomic<Int>
    private let after = InlineArray<7, Int>(repeating: 0)

    init(_ value: Int = 0) { self.value = Atomic(value) }
}
