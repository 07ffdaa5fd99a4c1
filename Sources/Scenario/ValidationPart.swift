// ValidationPart: the rows of the training part that are held back from all nodes, to measure on beside the test part.
import Kernels
import Learning
import Registry

/// Rows of the training part that the laboratory keeps; nodes know them only to leave them alone.
struct ValidationPart: Sendable {
    /// Ascending.
    let rows: [Int32]
    /// All others, ascending.
    private let rest: [Int32]

    /// - Parameters:
    ///   - share: of the rows, rounded down.
    ///   - count: rows of the training part.
    init(share: Double, of count: Int, seed: UInt64) {
        let held = Int(share * Double(count))
        var drawn = (0..<Int32(count)).map { $0 }
        guard held > 0 else {
            (rows, rest) = ([], drawn)
            return
        }
        var random = RandomStream(seed: seed, purpose: .validation)
        random.shuffle(&drawn)
        rows = drawn[..<held].sorted()
        rest = drawn[held...].sorted()
    }

    /// Shares out what is not held back.
    ///
    /// - Parameter split: gives each node positions among the samples that it sees.
    /// - Returns: each node's rows of the training part.
    func assign(
        _ basis: SplitBasis, split: (SplitBasis) throws(ConfigurationFault) -> [[Int32]]
    ) throws(ConfigurationFault) -> [[Int32]] {
        guard !rows.isEmpty else { return try split(basis) }
        return try split(basis.picked(rest)).map { part in part.map { rest[Int($0)] } }
    }
}
