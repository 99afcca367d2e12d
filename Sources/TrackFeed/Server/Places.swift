/// How the places for subscribers are shared: nobody can take all of them.
struct Places {
    private let limit: Int
    /// Beyond the limit, for the daemon's own user and root.
    private let reserve: Int
    private var taken: [Peer: Int] = [:]
    private(set) var count = 0

    init(limit: Int, reserve: Int) { (self.limit, self.reserve) = (limit, reserve) }

    /// Of the places, those that one user, or all together who come over TCP, can have: a quarter is left for others.
    private var share: Int { limit - limit / 4 }

    /// - Returns: whether there was a place.
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
