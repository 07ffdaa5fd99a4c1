// JobLauncher: what starts processes on a cluster, as the environment shows it to each of them. One file a launcher,
// and one line in LauncherCatalog.
import Registry

/// What a launcher may tell: which of its processes this one is, what it runs on, how often it was started, and which
/// part of a job array it is. Most tell some of it.
protocol JobLauncher: SendableMetatype {
    /// As its users call it.
    static var name: String { get }
    /// The variables of a process's rank and of the number of processes; the latter is `nil` where nobody says it.
    static var rankVariables: (rank: String, size: String?)? { get }
    /// The variables of a job array, where jobs are counted in one.
    static var arrayVariables: ArrayVariables? { get }
    /// The variable that says how often the whole job was started before, and what it says the first time.
    static var restartVariable: (name: String, first: Int)? { get }

    /// What it says of this process's rank; `nil` where this launcher is not there.
    static func claim(_ environment: LaunchEnvironment) -> RankClaim?
    /// The hosts that processes are spread over; `nil` where it is not there or does not say.
    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList?
}

extension JobLauncher {
    static var rankVariables: (rank: String, size: String?)? { nil }
    static var arrayVariables: ArrayVariables? { nil }
    static var restartVariable: (name: String, first: Int)? { nil }

    static func claim(_ environment: LaunchEnvironment) -> RankClaim? {
        guard let variables = rankVariables, let rank = environment[variables.rank] else { return nil }
        // By half of what it says, it is not there: names such as RANK could be anyone's.
        guard let name = variables.size else { return RankClaim(name, rank: (variables.rank, rank), size: nil) }
        guard let size = environment[name] else { return nil }
        return RankClaim(self.name, rank: (variables.rank, rank), size: (name, size))
    }

    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList? { nil }
}

/// What one launcher says of a process's rank.
struct RankClaim: Equatable {
    enum Content: Equatable {
        /// From 0 on; the number of ranks where it is said.
        case rank(Int, of: Int?)
        /// One sentence on why its variables are of no use.
        case useless(String)
    }

    let launcher: String
    let content: Content
    /// The variables as they stand, for messages.
    let words: String

    init(_ launcher: String, rank: (name: String, value: String), size: (name: String, value: String)?) {
        self.launcher = launcher
        words = ([rank] + (size.map { [$0] } ?? [])).map { "\($0.name)=\(excerpt(of: $0.value))" }
            .joined(separator: " ")
        guard let number = Int(rank.value), number >= 0 else {
            content = .useless("\(launcher): \(words) is no rank; expected a whole number from 0")
            return
        }
        guard let size else {
            content = .rank(number, of: nil)
            return
        }
        guard let count = Int(size.value), count > number else {
            content = .useless("\(launcher): \(words) is no rank and number of processes; expected a rank below it")
            return
        }
        content = .rank(number, of: count)
    }

    init(_ launcher: String, useless sentence: String) {
        self.launcher = launcher
        words = launcher
        content = .useless(sentence)
    }
}

/// The variables by which a launcher tells a job its place in an array.
struct ArrayVariables: Equatable {
    /// Of this job.
    let index: String
    /// Of the first and the last job, and the step from one to the next; what is not said is 0, open, and 1.
    var first: String?
    var last: String?
    var step: String?
    /// How many there are.
    var count: String?
    /// What stands in `index` where the job is in no array.
    var none: [String] = []
}
