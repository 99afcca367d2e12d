import Dispatch
import Foundation
import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.hang)) struct HTTPServerTests {
    private func inode(_ descriptor: Int32) -> UInt? {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 ? facts.st_ino : nil
    }

    /// With all threads of the pool busy, a server's task begins after `stop` has returned. Its descriptor stays its own until then: closed
    /// before, its number would be another file's, which the task would change and close.
    @Test func aTaskThatBeginsAfterTheEndHasItsOwnDescriptor() async throws {
        let server = try HTTPServer(host: "127.0.0.1", port: 0, isIPv6: false)
        let (descriptor, own) = (server.descriptor, try #require(inode(server.descriptor)))
        let free = blockPool()
        server.start { _ in HTTPResponse(.notFound) }
        server.stop()
        let afterStop = inode(descriptor)
        free()
        #expect(afterStop == own, "the descriptor was closed before the task had ended")
        while inode(descriptor) == own { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Occupies the threads of the pool, as far as other tests let it.
    /// - Returns: what frees them.
    private func blockPool() -> () -> Void {
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        for _ in 0..<threads {
            // Of the server's priority, since each has threads of its own.
            Task.detached(priority: Task.currentPriority) {
                begun.signal()
                Self.wait(for: end)
            }
        }
        // This thread is one of the pool's, so that one of the tasks has to wait for it. Where other tests keep the pool busy, the tasks begin
        // late, and so does the server's.
        for _ in 0..<threads - 1 { _ = begun.wait(timeout: .now() + 0.5) }
        return { for _ in 0..<threads { end.signal() } }
    }

    private static func wait(for semaphore: DispatchSemaphore) { semaphore.wait() }

    /// A descriptor that was closed before is nobody's, or another file's.
    @Test func aServerThatHasEndedDoesNotStart() throws {
        let server = try HTTPServer(host: "127.0.0.1", port: 0, isIPv6: false)
        let (descriptor, own) = (server.descriptor, inode(server.descriptor))
        server.stop()
        #expect(inode(descriptor) != own)
        // Takes the number, unless another test has.
        let file = unsafe open("/dev/null", O_RDONLY)
        defer { close(file) }
        server.start { _ in HTTPResponse(.notFound) }
        usleep(50_000)
        #expect(fcntl(file, F_GETFD) >= 0 && fcntl(file, F_GETFL) & O_NONBLOCK == 0)
    }
}
