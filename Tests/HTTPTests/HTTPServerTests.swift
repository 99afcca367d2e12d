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
    @Test func aTaskThatBeginsAfterTheEndHasItsOwnDescriptor() throws {
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let (begun, free) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let server = try HTTPServer(host: "127.0.0.1", port: 0, isIPv6: false)
        let (descriptor, own) = (server.descriptor, try #require(inode(server.descriptor)))
        for _ in 0..<threads {
            // Of the server's priority, since each has threads of its own.
            Task.detached(priority: Task.currentPriority) {
                begun.signal()
                Self.block(free)
            }
        }
        // This thread may be one of the pool's, so that one of the tasks has to wait for it. Where other tests keep the pool busy, the tasks
        // begin late, or not at all before they end: then the server's does so too.
        for _ in 0..<threads - 1 { _ = begun.wait(timeout: .now() + 0.5) }
        server.start { _ in HTTPResponse(.notFound) }
        server.stop()
        let afterStop = inode(descriptor)
        for _ in 0..<threads { free.signal() }
        #expect(afterStop == own, "the descriptor was closed before the task had ended")
        let limit = ContinuousClock.now + .seconds(20)
        while inode(descriptor) == own, ContinuousClock.now < limit { usleep(1000) }
        #expect(inode(descriptor) != own, "the task closes it")
    }

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

    private static func block(_ semaphore: DispatchSemaphore) { semaphore.wait() }
}
