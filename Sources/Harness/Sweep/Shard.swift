// Shard: the part of a sweep's cells that one of several programs runs, as in a job array.
public import Platform
public import Registry

/// Every N-th cell, the I-th of each N.
public struct Shard: Sendable, Equatable {
    private static let most = 100_000

    /// From 1 on.
    public let index: Int
    public let count: Int

    /// - Parameters:
    ///   - text: as on the command line: `2/8`; `auto` for the job's place in an array; `auto/8` where its launcher
    ///     does not say how many jobs there are.
    ///   - launch: where that is looked for.
    public init(_ text: String, in launch: LaunchEnvironment = .current) throws(ConfigurationFault) {
        if text == "auto" || text.hasPrefix("auto/") {
            let count = Int(text.dropFirst("auto/".count))
            guard text == "auto" || count.map((1...Self.most).contains) ?? false else { throw Self.fault(text) }
            let part = try launch.arrayPart(of: count)
            guard part.count <= Self.most else { throw Self.fault("\(part.index)/\(part.count)") }
            index = part.index
            self.count = part.count
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], (1...Self.most).contains(count),
            (1...count).contains(index)
        else { throw Self.fault(text) }
        self.index = index
        self.count = count
    }

    private static func fault(_ text: String) -> ConfigurationFault {
        ConfigurationFault(
            .notAllowed(
                key: "--shard", given: "'\(excerpt(of: text))'",
                allowed: "I/N, the I-th of N parts, as in 2/8, N from 1 to \(most); auto or auto/N in a job array"))
    }

    /// Whether it is this part's business to run a cell.
    public func has(_ cell: Int) -> Bool { cell % count == index - 1 }

    /// In the names of its files.
    var suffix: String { ".\(index)-of-\(count)" }
}
