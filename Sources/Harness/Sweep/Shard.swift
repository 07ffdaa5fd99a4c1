// Shard: the part of a sweep's cells that one of several programs runs, as in a job array.
public import Registry

/// Every N-th cell, the I-th of each N.
public struct Shard: Sendable, Equatable {
    private static let most = 100_000

    /// From 1 on.
    public let index: Int
    public let count: Int

    /// - Parameter text: as on the command line, `2/8`.
    public init(_ text: String) throws(ConfigurationFault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], (1...Self.most).contains(count),
            (1...count).contains(index)
        else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "--shard", given: "'\(text)'",
                    allowed: "I/N, the I-th of N parts, as in 2/8; N from 1 to \(Self.most)"))
        }
        self.index = index
        self.count = count
    }

    /// Whether it is this part's business to run a cell.
    public func has(_ cell: Int) -> Bool { cell % count == index - 1 }

    /// In the names of its files.
    var suffix: String { ".\(index)-of-\(count)" }
}
