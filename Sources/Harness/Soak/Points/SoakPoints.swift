// SoakPoints: what a soak is to reach at least once, or it has tried less than it seems. Names come from the catalogues
// and enums, so that a new rule, attack, fault, rejection or milestone adds its points by itself. What cannot be
// reached is excluded in SoakPoints+Exclusions, with a reason.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import Learning
import Scenario
import Simulation
import Wire

/// A kind of thing that a soak meets, and all of its names.
public struct PointAxis: Sendable {
    public let name: String
    public let names: [String]

    public init(_ name: String, _ names: [String]) { (self.name, self.names) = (name, names) }

    static let rule = PointAxis("rule", RuleCatalog.gossip.names)
    static let before = PointAxis("before", RuleCatalog.preAggregations.names)
    static let attack = PointAxis("attack", AttackCatalog.all.names)
    static let placement = PointAxis("placement", PlacementCatalog.all.names)
    static let fault = PointAxis("fault", FaultCatalog.all.names)
    static let exchange = PointAxis("exchange", ExchangeCatalog.all.names)
    static let split = PointAxis("split", SplitCatalog.all.names)
    static let graph = PointAxis("graph", TopologyCatalog.all.names)
    static let weights = PointAxis("weights", WeightCatalog.all.names)
    static let schedule = PointAxis(
        "schedule", ScheduleCatalog.all.names + WrittenSchedules.descriptions.map(\.name))
    static let step = PointAxis("step", StepSizeCatalog.all.names)
    static let timing = PointAxis("timing", TimingKind.allCases.map(\.rawValue))
    static let carriage = PointAxis("carriage", Carriage.allCases.map(\.rawValue))
    static let rejection = PointAxis("rejection", Rejection.allCases.map(\.rawValue))
    static let phase = PointAxis("phase", NodePhase.allCases.map(\.rawValue))
    static let milestone = PointAxis("milestone", Milestone.allCases.map(\.name))
    static let recovery = PointAxis("recovery", Milestone.allCases.filter(\.isOfRecovery).map(\.name))
}

/// The points of one axis, or of the pairs of two.
public struct PointGroup: Sendable {
    public let rows: PointAxis
    public let columns: PointAxis?
    /// Whether its points are met while a case runs, and not drawn with it.
    public let isMet: Bool

    public init(_ rows: PointAxis, by columns: PointAxis? = nil, isMet: Bool = false) {
        (self.rows, self.columns, self.isMet) = (rows, columns, isMet)
    }

    /// As in `rejection x carriage`.
    public var name: String { columns.map { "\(rows.name) x \($0.name)" } ?? rows.name }
    public var count: Int { rows.names.count * (columns?.names.count ?? 1) }
}

/// Points that nothing can reach, or hardly anything.
public struct PointExclusion: Sendable {
    /// The group, by its name.
    public let group: String
    /// In half a sentence.
    public let reason: String
    /// Whether chance may bring it about nevertheless.
    public let mayHappen: Bool
    /// Of a row, and of a column where there are any.
    public let covers: @Sendable (_ row: String, _ column: String) -> Bool

    public init(
        _ group: String, _ reason: String, mayHappen: Bool = false,
        _ covers: @escaping @Sendable (String, String) -> Bool
    ) {
        (self.group, self.reason, self.mayHappen, self.covers) = (group, reason, mayHappen, covers)
    }
}

/// A catalogue of points, numbered.
public struct SoakPoints: Sendable {
    public struct Point: Sendable {
        /// Place of its group.
        public let group: Int
        /// As in `badSeal x sealed`.
        public let name: String
        /// Why it need not be reached; `nil`: it is to be reached.
        public let exclusion: String?
        /// Whether nothing can reach it.
        public let isForbidden: Bool
    }

    private struct Key: Hashable {
        let rows: String
        let row: String
        var columns = ""
        var column = ""
    }

    public let groups: [PointGroup]
    public let points: [Point]
    /// Only looked up.
    private let places: [Key: Int]

    /// Everything that a soak is to reach.
    public static let all = SoakPoints(drawn + met + pairs, exclusions: SoakPoints.exclusions)

    private static let drawn: [PointGroup] = [
        PointGroup(.rule), PointGroup(.before), PointGroup(.attack), PointGroup(.placement), PointGroup(.exchange),
        PointGroup(.split), PointGroup(.graph), PointGroup(.weights), PointGroup(.schedule), PointGroup(.step),
        PointGroup(.timing), PointGroup(.carriage),
    ]
    private static let met: [PointGroup] = [
        PointGroup(.fault, isMet: true), PointGroup(.rejection, isMet: true), PointGroup(.milestone, isMet: true),
    ]
    private static let pairs: [PointGroup] = [
        PointGroup(.attack, by: .rule), PointGroup(.rejection, by: .carriage, isMet: true),
        PointGroup(.fault, by: .phase, isMet: true), PointGroup(.fault, by: .exchange, isMet: true),
        PointGroup(.recovery, by: .exchange, isMet: true),
    ]

    public init(_ groups: [PointGroup], exclusions: [PointExclusion]) {
        self.groups = groups
        var points: [Point] = []
        var places: [Key: Int] = [:]
        for (place, group) in groups.enumerated() {
            let ruled = exclusions.filter { $0.group == group.name }
            for row in group.rows.names {
                for column in group.columns?.names ?? [""] {
                    let key = Key(rows: group.rows.name, row: row, columns: group.columns?.name ?? "", column: column)
                    places[key] = points.count
                    let exclusion = ruled.first { $0.covers(row, column) }
                    points.append(
                        Point(
                            group: place, name: column.isEmpty ? row : "\(row) x \(column)",
                            exclusion: exclusion?.reason, isForbidden: exclusion.map { !$0.mayHappen } ?? false))
                }
            }
        }
        self.points = points
        self.places = places
    }

    /// The point of an axis; `nil` for a name that is none of it.
    func place(_ axis: PointAxis, _ name: String) -> Int? { places[Key(rows: axis.name, row: name)] }

    func place(_ rows: PointAxis, _ row: String, by columns: PointAxis, _ column: String) -> Int? {
        places[Key(rows: rows.name, row: row, columns: columns.name, column: column)]
    }

    /// As in `rejection badSeal`.
    public func description(of place: Int) -> String {
        "\(groups[points[place].group].name) \(points[place].name)"
    }
}
