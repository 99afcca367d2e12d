import Foundation
import Testing

@testable import TrackFeed

@Suite struct SubscriberQuotasTests {
    @Test func aUserLeavesAQuarterForOthersAndTheOwnerHasReserves() {
        var places = SubscriberQuotas(limit: 100, reserve: 8)
        #expect((0..<200).filter { _ in places.admit(.user(1000)) }.count == 75)
        #expect((0..<200).filter { _ in places.admit(.user(1001)) }.count == 25)
        #expect(!admits(&places, .user(1002)) && !admits(&places, .remote))
        #expect((0..<200).filter { _ in places.admit(.own) }.count == 8)
        places.leave(.user(1000))
        #expect(!admits(&places, .user(1002)), "the owner's own are counted too")
        for _ in 0..<8 { places.leave(.own) }
        #expect(admits(&places, .user(1002)) && places.count == 100)
    }

    /// All TCP clients count as one user, since their users are unknown.
    @Test func tcpClientsShareTheQuotaOfOneUser() {
        var places = SubscriberQuotas(limit: 8, reserve: 1)
        #expect((0..<20).filter { _ in places.admit(.remote) }.count == 6)
        #expect(admits(&places, .user(1)) && admits(&places, .user(1)) && !admits(&places, .user(2)))
    }

    /// Where there are few, one user may have them all.
    @Test(arguments: 1...3) func smallLimitsAreNotDivided(_ limit: Int) {
        var places = SubscriberQuotas(limit: limit, reserve: 8)
        #expect((0..<20).filter { _ in places.admit(.user(1)) }.count == limit)
        #expect(admits(&places, .own))
    }

    @Test func onlyTrustedUsersServeTheDefaultAddress() {
        for (user, owner, isTrusted) in [(0, 0, true), (1000, 0, true), (1001, 0, false), (1001, 1001, true), (1001, 1002, false)] {
            #expect(Peer.isTrusted(UInt32(user), folderOwner: UInt32(owner), own: 1000) == isTrusted, "\(user) in a folder of \(owner)")
        }
        #expect(!Peer.isTrusted(1001, folderOwner: nil, own: 1000))
    }

    @Test func thePeerIsThisUser() throws {
        let feed = try FakeFeed()
        let descriptor = try feed.address.connectByDefault()
        #expect(Peer.user(of: descriptor) == geteuid() && Peer(of: descriptor) == .own)
        close(descriptor)
        feed.end()
        let remote = try FakeFeed([.tcp(host: "127.0.0.1", port: 0)])
        let far = try remote.address.connectByDefault()
        #expect(Peer(of: far) == .remote)
        close(far)
        remote.end()
    }

    private func admits(_ places: inout SubscriberQuotas, _ peer: Peer) -> Bool { places.admit(peer) }
}
