import Foundation
import TestSupport
import Testing

@testable import TrackFeed

/// Every kind of address, served and read.
@Suite(.timeLimit(.hang))
struct ListenerTests {
    private let loopback = FeedAddress.tcp(host: "127.0.0.1", port: 0)

    private func option(_ level: Int32, _ name: Int32, of descriptor: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, level, name, &value, &size)
        return value
    }

    @Test func oneLoopServesEveryKindOfAddress() throws {
        let path = FakeFeed.freshPath()
        let feed = try FakeFeed([FakeFeed.freshName(), .path(path), loopback])
        let addresses = feed.server.places.map(\.address)
        let readers = try addresses.map { try #require(Reader($0)) }
        feed.awaitSubscribers(3)
        for sequence in 0..<3 { feed.post(sequence) }
        feed.end()
        for reader in readers {
            #expect(try reader.object()?["type"] as? String == "hello")
            #expect(try reader.rest("tracks").compactMap { $0["seq"] as? Int } == [0, 1, 2])
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func anAbstractNameIsFreedWhenItsDaemonEnds() throws {
        let name = FakeFeed.freshName()
        for _ in 0..<2 {
            let feed = try FakeFeed([name])
            #expect(throws: FeedError.inUse(name)) { try FakeFeed([name]) }
            #expect(feed.server.places[0].warning?.contains("has no permissions") == true)
            feed.end()
            _ = consume feed
        }
    }

    @Test func aServedPortIsRefusedAndCanBeReusedAtOnce() throws {
        var address = loopback
        for _ in 0..<2 {
            let feed = try FakeFeed([address])
            address = feed.address
            let reader = try #require(Reader(address))
            feed.awaitSubscribers(1)
            #expect(throws: FeedError.inUse(address)) { try FakeFeed([address]) }
            // Checking has no side effect, and a served address is accepted.
            #expect(try TrackServer.check(address) == nil)
            // Ended by the daemon: the connection lingers in the kernel, and must not keep the port from the next one.
            feed.end()
            #expect(try reader.rest("hello").count == 1)
            _ = consume feed
        }
    }

    @Test func tcpIsNotDelayedAndCausesAWarningBeyondTheMachine() throws {
        let open = try Listener(.tcp(host: "0.0.0.0", port: 0), access: .init())
        #expect(open.warning?.contains("asks nobody who they are") == true)
        let closed = try Listener(loopback, access: .init())
        #expect(closed.warning == nil)
        let client = try closed.address.connect()
        defer { close(client) }
        var accepted: Int32 = -1
        while accepted < 0 { accepted = closed.accept(limits: .init()) }
        defer { close(accepted) }
        #expect(option(Int32(IPPROTO_TCP), TCP_NODELAY, of: accepted) == 1)
        #expect(option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, of: accepted) == 30_000)
        #expect(option(SOL_SOCKET, SO_KEEPALIVE, of: accepted) == 1)
        #expect(option(SOL_SOCKET, SO_SNDBUF, of: accepted) == 2 * 16_384)
        #expect(option(SOL_SOCKET, SO_RCVBUF, of: accepted) <= 2 * 4096)
        #expect(fcntl(accepted, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func foreignAddressesAreReported() {
        // A documentation network (RFC 5737): no machine has it.
        let foreign = FeedAddress.tcp(host: "192.0.2.1", port: 7420)
        #expect(throws: FeedError.system(foreign, call: "bind", code: EADDRNOTAVAIL)) { try FakeFeed([foreign]) }
        #expect(throws: FeedError.system(foreign, call: "bind", code: EADDRNOTAVAIL)) { try TrackServer.check(foreign) }
        #expect(throws: FeedError.nothingPassed) { try FakeFeed([.systemd]) }
    }

    @Test func waitingConnectionsAreClosedWhenTheFeedEnds() throws {
        let feed = try FakeFeed([FakeFeed.freshName()])
        let waiting = try (0..<200).map { _ in try #require(Reader(feed.address)) }
        feed.end()
        // Accepted or not: all connections end while the feed still exists.
        for reader in waiting { while reader.line() != nil {} }
        #expect(Reader(feed.address) == nil)
    }

    @Test func aFailureLeavesNothingBehind() {
        let path = FakeFeed.freshPath()
        #expect(throws: FeedError.nothingPassed) { try FakeFeed([.path(path), .systemd]) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// Every user who may read a folder can lock it.
    @Test func aFolderLockedByAnotherUserIsServed() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let (folder, path) = (temporary.path, temporary.file("s"))
        let lock = unsafe open(folder, O_RDONLY)
        flock(lock, LOCK_EX)
        defer { close(lock) }
        let feed = try FakeFeed(path: path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["s"])
        feed.end()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    /// Whatever others have put where the lock is: the daemon starts, and does nothing to it.
    @Test(arguments: ["link", "dangling", "folder", "fifo", "socket"]) func anInvalidLockFileIsIgnored(_ kind: String) throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let (folder, path) = (temporary.path, temporary.file("s"))
        let (lock, victim) = (SocketLock.path(for: path), "\(folder)/victim")
        let files = FileManager.default
        #expect(files.createFile(atPath: victim, contents: Data("precious".utf8)))
        switch kind {
        case "link": try files.createSymbolicLink(atPath: lock, withDestinationPath: victim)
        case "dangling": try files.createSymbolicLink(atPath: lock, withDestinationPath: "\(folder)/none")
        case "folder": try files.createDirectory(atPath: lock, withIntermediateDirectories: false)
        case "fifo": _ = unsafe mkfifo(lock, 0o666)
        default: close(try SocketFile.listen(path: lock, access: .init(), backlog: 1).1)
        }
        let before = try files.contentsOfDirectory(atPath: folder).sorted()
        let feed = try FakeFeed(path: path)
        #expect(Reader(path) != nil)
        feed.end()
        #expect(try files.contentsOfDirectory(atPath: folder).sorted() == before)
        #expect(files.contents(atPath: victim) == Data("precious".utf8))
    }

    /// Two daemons of one user take turns.
    @Test func aHeldLockIsAwaitedForALimitedTime() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let (folder, path) = (temporary.path, temporary.file("s"))
        let held = try #require(try SocketLock.take(for: path, tries: 1))
        var mode = stat()
        let found = unsafe lstat(SocketLock.path(for: path), &mode)
        #expect(found == 0 && mode.st_mode & 0o777 == 0o600)
        #expect(throws: FeedError.system(.path(path), call: "lock \(path).lock", code: EWOULDBLOCK)) {
            try SocketFile.listen(path: path, access: .init(), backlog: 1, lockTries: 2)
        }
        held.release()
        close(try SocketFile.listen(path: path, access: .init(), backlog: 1, lockTries: 1).1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["s"])
    }

    // MARK: - A removed socket file

    @Test func aRemovedSocketFileIsCreatedAgainAndSubscribersStay() throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        var access = FeedAccess()
        access.mode = 0o600
        let feed = try FakeFeed([.path(FakeFeed.freshPath())], access: access, limits: limits)
        let first = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        for round in 1...3 {
            unsafe unlink(feed.path)
            while feed.server.renewedCount < round { usleep(1000) }
            var facts = stat()
            let found = unsafe lstat(feed.path, &facts)
            #expect(found == 0 && facts.st_mode & 0o7777 == 0o600)
        }
        let second = try #require(Reader(feed.path))
        feed.awaitSubscribers(2)
        feed.post(0)
        feed.end()
        for reader in [first, second] { #expect(try reader.rest("tracks").count == 1) }
        #expect(!feed.server.isCutOff && !FileManager.default.fileExists(atPath: feed.path))
    }

    @Test func aPathTakenByAnotherProcessIsLeftAlone() throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        let feed = try FakeFeed(limits: limits)
        unsafe unlink(feed.path)
        #expect(FileManager.default.createFile(atPath: feed.path, contents: Data("other".utf8)))
        defer { try? FileManager.default.removeItem(atPath: feed.path) }
        // Created again before the other server came, or not: finally it is cut off, and reports that.
        while !feed.server.isCutOff {
            if FileManager.default.contents(atPath: feed.path) == nil {
                unsafe unlink(feed.path)
                _ = FileManager.default.createFile(atPath: feed.path, contents: Data("other".utf8))
            }
            usleep(1000)
        }
        unsafe unlink(feed.path)
        while feed.server.isCutOff { usleep(1000) }
        #expect(Reader(feed.path) != nil)
        #expect(FileManager.default.createFile(atPath: feed.path + ".keep", contents: nil))
        unsafe rename(feed.path + ".keep", feed.path)
        feed.end()
        #expect(FileManager.default.fileExists(atPath: feed.path), "a file of another process is not removed")
    }

    // MARK: - Mode, owner, group

    @Test func theFileGetsItsModeOwnerAndGroup() throws {
        var access = FeedAccess()
        access.mode = 0o604
        (access.owner, access.group) = geteuid() == 0 ? (4711, 4712) : (geteuid(), getegid())
        let feed = try FakeFeed([.path(FakeFeed.freshPath())], access: access)
        var facts = stat()
        let found = unsafe lstat(feed.path, &facts)
        #expect(found == 0)
        #expect(facts.st_mode & 0o7777 == 0o604)
        #expect(facts.st_uid == access.owner && facts.st_gid == access.group)
        feed.end()
    }

    @Test func anOwnerThatMayNotBeSetIsReported() throws {
        var access = FeedAccess()
        access.owner = 4711
        let owner = #expect(throws: FeedError.self) { try access.check(path: "/s", user: 1000, groups: [1000]) }
        #expect(
            owner?.description == "socket /s cannot be given to owner 4711: Operation not permitted; "
                + "start as root or with CAP_CHOWN, or remove socket.owner")
        #expect(throws: Never.self) { try access.check(path: "/s", user: 0, groups: [0]) }
        #expect(throws: Never.self) { try access.check(path: "/s", user: 4711, groups: [1000]) }
        access.owner = nil
        access.group = 29
        #expect(throws: FeedError.cannotGive(path: "/s", to: "group 29", code: EPERM)) {
            try access.check(path: "/s", user: 1000, groups: [1000])
        }
        #expect(throws: Never.self) { try access.check(path: "/s", user: 1000, groups: [1000, 29]) }
        #expect(FeedAccess.ownGroups().contains(getegid()))
    }

    /// Another file replaced the socket between `bind` and this: it keeps its permissions.
    @Test(arguments: [false, true]) func aFileThatIsNotASocketKeepsItsPermissions(_ isLink: Bool) throws {
        let file = FakeFeed.freshPath()
        #expect(FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]))
        defer { try? FileManager.default.removeItem(atPath: file) }
        var access = FeedAccess()
        access.mode = 0o666
        let path = isLink ? FakeFeed.freshPath() : file
        if isLink { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: file) }
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: FeedError.system(.path(path), call: "chmod", code: EEXIST)) { try SocketFile(bound: path, access: access) }
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
