import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Platform

/// Work on several threads whose results are taken in order.
@Suite(.timeLimit(.hang))
struct OrderedWorkTests {
    private struct Fault: Error {}

    @Test(arguments: [1, 2, 3, 8]) func resultsAreTakenInTheOrderOfTheItems(threads: Int) {
        var taken: [Int] = []
        processInOrder(Array(0..<50), threads: threads) { item, _ in
            // Later items finish first within each group.
            usleep(UInt32(500 * (7 - item % 8)))
            return item * item
        } take: {
            taken.append($0)
        }
        #expect(taken == (0..<50).map { $0 * $0 })
        #expect(concurrentMap(Array(0..<50), threads: threads) { $0 + 1 } == Array(1...50))
        #expect(concurrentMap([Int](), threads: threads) { $0 } == [])
    }

    /// While the first item takes long, the others must not run ahead without limit.
    @Test func finishedResultsThatWaitAreBounded() {
        let begun = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        var taken = 0
        processInOrder(Array(0..<100), threads: 3) { item, _ in
            begun.add(1, ordering: .relaxed)
            if item == 0 {
                usleep(100_000)
                most.store(begun.load(ordering: .relaxed), ordering: .relaxed)
            }
            return item
        } take: { _ in
            taken += 1
        }
        #expect(taken == 100)
        #expect((3...6).contains(most.load(ordering: .relaxed)))
    }

    @Test(arguments: [1, 4]) func theFirstErrorInOrderEndsTheWork(threads: Int) {
        let begun = Atomic<Int>(0)
        var taken: [Int] = []
        #expect(throws: Fault.self) {
            try processInOrder(Array(0..<1000), threads: threads) { item, isStopped in
                begun.add(1, ordering: .relaxed)
                // Ends only because it is asked to.
                while item == 7, !isStopped() { usleep(1000) }
                return item
            } take: { (item: Int) throws(Fault) in
                if item == 5 { throw Fault() }
                taken.append(item)
            }
        }
        #expect(taken == Array(0..<5))
        #expect(begun.load(ordering: .relaxed) < 20)
    }

    @Test(arguments: [nil, 1, 3]) func elementsAreUsedInTheOrderInWhichTheyAreMade(room: Int?) {
        var (used, made) = ([Int](), 0)
        let ahead = Atomic<Int>(0)
        overlap(room: room) { send in
            for element in 0..<40 {
                made += 1
                ahead.add(1, ordering: .relaxed)
                send(element)
            }
        } consume: { (element: Int) in
            if element % 10 == 0 { usleep(2000) }
            #expect(ahead.subtract(1, ordering: .relaxed).oldValue <= (room ?? 0) + 2)
            used.append(element)
        }
        #expect(used == Array(0..<40) && made == 40)
    }

    @Test(arguments: [nil, 2]) func whatWasMadeBeforeAnErrorIsUsed(room: Int?) {
        var used: [Int] = []
        #expect(throws: Fault.self) {
            try overlap(room: room) { (send) throws(Fault) in
                for element in 0..<5 { send(element) }
                throw Fault()
            } consume: { (element: Int) in
                usleep(1000)
                used.append(element)
            }
        }
        #expect(used == Array(0..<5))
    }

    @Test func thereIsAProcessor() {
        #expect((1...sysconf(Int32(_SC_NPROCESSORS_CONF))).contains(Processors.count))
    }
}
