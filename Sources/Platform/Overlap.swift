import Dispatch
import Synchronization

/// Makes elements on the calling thread while another thread uses the earlier ones, in their order.
///
/// - Parameters:
///   - room: elements that may wait for the other thread; nil: both on the calling thread, one element after another.
///   - produce: makes the elements and passes each to `send`.
///   - consume: receives them on the other thread.
/// - Throws: the error of `produce`, when everything sent before it is consumed.
package func overlap<Element: Sendable, Fault: Error>(
    room: Int?, produce: (_ send: (Element) -> Void) throws(Fault) -> Void, consume: (Element) -> Void
) throws(Fault) {
    guard let room else {
        return try withoutActuallyEscaping(consume) { (consume) throws(Fault) in try produce(consume) }
    }
    let waiting = Mutex<[Element]>([])
    // Both begin with 0, since a semaphore must not be released below its first value.
    let (places, elements) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    for _ in 0..<room { places.signal() }
    var fault: Fault?
    WorkerTeam(count: 2).run { worker in
        if worker == 0 {
            do throws(Fault) {
                try produce { element in
                    places.wait()
                    waiting.withLock { $0.append(element) }
                    elements.signal()
                }
            } catch {
                fault = error
            }
            // A signal without an element is the end.
            _ = elements.signal()
            return
        }
        while true {
            elements.wait()
            guard let element = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
            consume(element)
            places.signal()
        }
    }
    if let fault { throw fault }
}
