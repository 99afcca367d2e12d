/// Quotas of subscribers: no user can use all connections.
struct SubscriberQuotas {
    private let limit: Int
    /// Connections beyond the limit for the daemon's own user and root.
    private let reserve: Int
    private var taken: [Peer: Int] = [:]
    private(set) var count = 0

    init(limit: Int, reserve: Int) { (self.limit, self.reserve) = (limit, reserve) }

    /// Connections that one user, or all TCP clients together, may have: a quarter stays free for others.
    private var share: Int { limit - limit / 4 }

    /// - Returns: whether the peer is within its quota.
    mutating func admit(_ peer: Peer) -> Bool {
        let hasRoom = peer == .own ? count < limit + reserve : count < limit && taken[peer, default: 0] < share
        guard hasRoom else { return false }
        count += 1
        taken[peer, default: 0] += 1
        return true
    }

    mutating func leave(_ peer: Peer) {
        count -= 1
        taken[peer, default: 1] -= 1
        if taken[peer] == 0 { taken[peer] = nil }
    }
}
