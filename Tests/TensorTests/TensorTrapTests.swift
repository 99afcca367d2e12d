import Tensor
import Testing

/// Invalid accesses end the process at once, also in release builds, instead of touching other memory.
///
/// Each case does the same at the last place that is right (`excess` 0) and at the first that is wrong (1), so that a case that
/// traps for another reason is noticed.
@Suite struct TensorTrapTests {
    enum Misuse: Int, CaseIterable {
        case negativeCapacity, capacityOverflows, arenaIsFull, arenaIsFullAfterPadding
        case negativeExtent, negativeLastExtent, countOverflows, axisBeyondLast, axisBelowZero
        case readBeyondEnd, readBelowZero, mutableReadBeyondEnd, mutableReadBelowZero, writeBeyondEnd, writeBelowZero
        case readBeyondEndOfRows, readEmpty
        case reshapeToMore, reshapeToFewer, mutableReshapeToMore, mutableReshapeToFewer
        case rowsBeyondEnd, rowsBelowZero, mutableRowsBeyondEnd, mutableRowsBelowZero
        case copyLongerTensor, copyShorterTensor, copyLongerArray, copyShorterArray
        case lendMoreThanAnArrayHas, lendFewerThanAnArrayHas

        func perform(excess: Int) {
            var arena = Arena<Float>(capacity: 64)
            let tensor = arena.take(Shape(4, 3))
            let view = tensor.readOnly
            switch self {
            case .negativeCapacity: _ = Arena<Float>(capacity: -excess).capacity
            case .capacityOverflows: _ = Arena<Float>(capacity: excess * Int.max / 2).capacity
            case .arenaIsFull: _ = arena.take(Shape(48 + excess))
            case .arenaIsFullAfterPadding:
                _ = arena.take(Shape(33))
                _ = arena.take(Shape(excess))
            case .negativeExtent: _ = Shape(-excess, 4)
            case .negativeLastExtent: _ = Shape(2, 3, 4, -excess)
            case .countOverflows:
                if Shape(1 << 31, 1 << 31, 1 + excess).count == 7 { preconditionFailure("an unused product is not computed") }
            case .axisBeyondLast: _ = tensor.shape[3 + excess]
            case .axisBelowZero: _ = tensor.shape[-excess]
            case .readBeyondEnd: _ = view[11 + excess]
            case .readBelowZero: _ = view[-excess]
            case .mutableReadBeyondEnd: _ = tensor[11 + excess]
            case .mutableReadBelowZero: _ = tensor[-excess]
            case .writeBeyondEnd: tensor[11 + excess] = 1
            case .writeBelowZero: tensor[-excess] = 1
            case .readBeyondEndOfRows: _ = view.rows(0..<2)[5 + excess]
            case .readEmpty: _ = view.rows(1..<2 - excess).reshaped(Shape(3 * (1 - excess)))[0]
            case .reshapeToMore: _ = view.reshaped(Shape(12 + excess))
            case .reshapeToFewer: _ = view.reshaped(Shape(12 - excess))
            case .mutableReshapeToMore: _ = tensor.reshaped(Shape(12 + excess))
            case .mutableReshapeToFewer: _ = tensor.reshaped(Shape(12 - excess))
            case .rowsBeyondEnd: _ = view.rows(2..<4 + excess)
            case .rowsBelowZero: _ = view.rows(-excess..<2)
            case .mutableRowsBeyondEnd: _ = tensor.rows(2..<4 + excess)
            case .mutableRowsBelowZero: _ = tensor.rows(-excess..<2)
            case .copyLongerTensor: tensor.rows(0..<2).copy(from: view.rows(0..<2 + excess))
            case .copyShorterTensor: tensor.rows(0..<2).copy(from: view.rows(0..<2 - excess))
            case .copyLongerArray: tensor.copy(from: [Float](repeating: 0, count: 12 + excess))
            case .copyShorterArray: tensor.copy(from: [Float](repeating: 0, count: 12 - excess))
            case .lendMoreThanAnArrayHas: [Float](repeating: 0, count: 6).withTensor(Shape(6 + excess)) { _ in }
            case .lendFewerThanAnArrayHas: [Float](repeating: 0, count: 6).withTensor(Shape(6 - excess)) { _ in }
            }
        }
    }

    @Test(arguments: Misuse.allCases)
    func theLastValidUseIsAccepted(misuse: Misuse) {
        misuse.perform(excess: 0)
    }

    @Test(arguments: Misuse.allCases)
    func theFirstInvalidUseTraps(misuse: Misuse) async {
        await #expect(processExitsWith: .failure, "\(misuse)") { [number = misuse.rawValue as Int] in
            Misuse(rawValue: number)?.perform(excess: 1)
        }
    }
}
