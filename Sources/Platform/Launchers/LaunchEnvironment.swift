// LaunchEnvironment: what this process can see of whatever started it; a value, so that every launcher can be tried.
import Glibc
public import Registry

/// The variables and the host name of a process.
public struct LaunchEnvironment: Sendable {
    let hostName: String
    private let value: @Sendable (String) -> String?

    /// - Parameter value: of a variable; `nil` where it is not there.
    public init(hostName: String, value: @escaping @Sendable (String) -> String?) {
        self.hostName = hostName
        self.value = value
    }

    /// Of this process.
    public static var current: LaunchEnvironment {
        var name = [CChar](repeating: 0, count: 256)
        let isKnown = unsafe gethostname(&name, name.count - 1) == 0
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return LaunchEnvironment(
            hostName: isKnown ? String(decoding: bytes, as: UTF8.self) : "", value: LauncherJob.environment)
    }

    /// The value of a variable; an empty one counts as none.
    subscript(name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
}

// MARK: - Which node

extension LaunchEnvironment {
    /// The rank that the launcher gives this process: the index of its node.
    ///
    /// Several launchers may be there, as where one starts its own helpers by the other. The one whose number of
    /// processes is that of the nodes counts.
    ///
    /// - Parameter nodes: of the topology.
    /// - Throws: one line that names what every launcher says, where none fits or two fit with different ranks.
    public func rank(among nodes: Int) throws(ConfigurationFault) -> Int {
        let claims = LauncherCatalog.all.compactMap { $0.claim(self) }
        var ranks: [(claim: RankClaim, rank: Int, size: Int?)] = []
        var sentences: [String] = []
        for claim in claims {
            switch claim.content {
            case .rank(let rank, let size): ranks.append((claim, rank, size))
            case .useless(let sentence): sentences.append(sentence)
            }
        }
        let fitting = ranks.filter { $0.size == nodes }
        if let first = fitting.first {
            guard let other = fitting.first(where: { $0.rank != first.rank }) else { return first.rank }
            throw ConfigurationFault(
                "--rank auto: \(first.claim.launcher) says \(first.claim.words), \(other.claim.launcher) says "
                    + "\(other.claim.words), and both fit the topology's \(nodes) nodes; allowed: --rank with one of "
                    + "the two")
        }
        if ranks.contains(where: { $0.size != nil }) {
            throw ConfigurationFault(
                "--rank auto: the topology has \(nodes) nodes, and "
                    + ranks.map { "\($0.claim.launcher) says \($0.claim.words)" }.joined(separator: ", ")
                    + "; expected a process for each node")
        }
        let unsized = ranks.map { ($0.claim.launcher, $0.claim.words, $0.rank) }
        let ordinal = HostOrdinal(of: hostName).map { [("the host name", "\(excerpt(of: hostName))", $0.number)] } ?? []
        if unsized.isEmpty, let sentence = sentences.first { throw ConfigurationFault("--rank auto: \(sentence)") }
        guard let found = (unsized + ordinal).first else {
            throw ConfigurationFault(
                "--rank auto: no launcher is there (\(LauncherCatalog.rankNames)), and the host name "
                    + "'\(excerpt(of: hostName))' does not end in -NUMBER; allowed: --node ID or --rank I")
        }
        if let other = unsized.first(where: { $0.2 != found.2 }) {
            throw ConfigurationFault(
                "--rank auto: \(found.0) says \(found.1), \(other.0) says \(other.1); allowed: --rank with one of the "
                    + "two")
        }
        guard found.2 < nodes else {
            throw ConfigurationFault(
                "--rank auto: \(found.0) says \(found.1), and the topology has \(nodes) nodes; allowed: ranks from 0 "
                    + "to \(nodes - 1)")
        }
        return found.2
    }

    /// Whether the launcher says that it has started the whole job before.
    public var isRestart: Bool {
        LauncherCatalog.all.contains { launcher in
            guard let variable = launcher.restartVariable, let count = self[variable.name].flatMap({ Int($0) }) else {
                return false
            }
            return count > variable.first
        }
    }
}

/// The number at the end of a host's name, as pods and many machines have one: `run-3` is 3.
struct HostOrdinal: Equatable {
    let number: Int

    init?(of hostName: String) {
        let name = HostList.short(hostName)
        guard let hyphen = name.lastIndex(of: "-"), hyphen != name.startIndex else { return nil }
        let digits = name[name.index(after: hyphen)...]
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits) else {
            return nil
        }
        self.number = number
    }
}

// MARK: - On which hosts

extension LaunchEnvironment {
    /// The hosts that the launcher spreads its processes over.
    public func hosts() throws(ConfigurationFault) -> HostList {
        for launcher in LauncherCatalog.all {
            if let hosts = try launcher.hosts(self) { return hosts }
        }
        throw ConfigurationFault(
            "--hosts auto: no launcher says which hosts it uses (\(LauncherCatalog.hostNames)); allowed: a file of "
                + "lines HOST or HOST SLOTS")
    }
}

// MARK: - Which part of an array

/// The place of a job in an array of jobs.
public struct ArrayPart: Sendable, Equatable {
    /// From 1 on.
    public let index: Int
    public let count: Int
}

extension LaunchEnvironment {
    /// Which job of an array this process belongs to.
    ///
    /// - Parameter count: of the jobs, where the launcher does not say it.
    public func arrayPart(of count: Int? = nil) throws(ConfigurationFault) -> ArrayPart {
        for launcher in LauncherCatalog.all {
            guard let variables = launcher.arrayVariables, let text = self[variables.index],
                !variables.none.contains(text)
            else { continue }
            return try part(variables, text, of: count, by: launcher.name)
        }
        throw ConfigurationFault(
            "--shard auto: this process belongs to no job array (\(LauncherCatalog.arrayNames)); allowed: I/N")
    }

    private func part(
        _ variables: ArrayVariables, _ text: String, of told: Int?, by launcher: String
    ) throws(ConfigurationFault) -> ArrayPart {
        func number(_ name: String?) throws(ConfigurationFault) -> Int? {
            guard let name, let text = self[name] else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw ConfigurationFault("--shard auto: \(name)=\(excerpt(of: text)) is no number")
            }
            return number
        }
        let own = try number(variables.index) ?? 0
        let first = try number(variables.first) ?? (variables.count == nil && variables.last != nil ? 1 : 0)
        let (last, step) = (try number(variables.last), max(1, try number(variables.step) ?? 1))
        let spanned = last.map { ($0 - first) / step + 1 }
        let counted = try number(variables.count)
        if let spanned, let counted, spanned != counted {
            throw ConfigurationFault(
                "--shard auto: the job array of \(launcher) has gaps (\(counted) jobs from \(first) to \(last ?? 0)); "
                    + "allowed: a range, or --shard I/N")
        }
        guard let count = told ?? counted ?? spanned else {
            throw ConfigurationFault(
                "--shard auto: \(launcher) says \(variables.index)=\(text) and not how many jobs there are; allowed: "
                    + "--shard auto/N")
        }
        let index = (own - first) / step + 1
        guard own >= first, (own - first) % step == 0, index <= count else {
            throw ConfigurationFault(
                "--shard auto: \(variables.index)=\(text) of \(launcher) is none of \(count) jobs from \(first) on; "
                    + "allowed: --shard I/N")
        }
        return ArrayPart(index: index, count: count)
    }
}
