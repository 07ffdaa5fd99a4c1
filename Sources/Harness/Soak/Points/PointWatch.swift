// PointWatch: sees which points one case of a soak reaches: what is drawn with it at its beginning, the rest by what
// the simulator observes.
import Core
import Kernels
import Metrics
import Scenario
import Simulation

/// How often points were reached, by their places.
public typealias PointCounts = [(place: Int, times: Int)]

struct PointWatch {
    private let points: SoakPoints
    private let carriage: String
    private let exchange: String
    private let honest: Set<NodeID>
    private var totals: [NodeID: NodeRecord] = [:]
    private var times: [Int]
    /// Points at which the case is to be stopped.
    private var rare: Set<Int>
    /// The first of them that it has come to.
    private(set) var rarity: Int?

    /// - Parameter rare: places of points at which somebody wants to branch.
    init(_ points: SoakPoints, _ soakCase: SoakCase, _ assembly: Assembly, rare: Set<Int> = []) {
        self.points = points
        self.rare = rare
        carriage = soakCase.carriage.rawValue
        exchange = soakCase.exchangeKind
        honest = Set(assembly.honest)
        times = [Int](repeating: 0, count: points.points.count)
        for (axis, names) in soakCase.kinds { for name in names { reach(points.place(axis, name)) } }
        if !soakCase.adversary.isEmpty {
            reach(points.place(.attack, soakCase.attackKind, by: .rule, soakCase.ruleKind))
        }
    }

    private mutating func reach(_ place: Int?, times count: Int = 1) {
        guard let place, count > 0 else { return }
        times[place] += count
        note(place)
    }

    private mutating func note(_ place: Int?) {
        guard let place, rarity == nil, rare.contains(place) else { return }
        rarity = place
    }

    mutating func observe(_ observation: Observation) {
        switch observation {
        case .record(let node, let record) where honest.contains(node):
            totals[node, default: NodeRecord()].add(record)
            guard !rare.isEmpty else { return }
            for rejection in record.rejections {
                note(points.place(.rejection, rejection.reason))
                note(points.place(.rejection, rejection.reason, by: .carriage, carriage))
            }
        case .passed(_, let milestones):
            for milestone in milestones.all {
                reach(points.place(.milestone, milestone.name))
                reach(points.place(.recovery, milestone.name, by: .exchange, exchange))
            }
        case .struck(let fault, _, let phase):
            reach(points.place(.fault, fault, by: .phase, phase.rawValue))
        default: break
        }
    }

    /// From now on it stops nothing.
    mutating func goOn() { (rare, rarity) = ([], nil) }

    /// What was reached, when all is over.
    mutating func end(_ result: SimulationResult) -> PointCounts {
        for (fault, count) in result.strikes {
            reach(points.place(.fault, fault), times: count)
            reach(points.place(.fault, fault, by: .exchange, exchange), times: count)
        }
        let records = totals.sorted { $0.key < $1.key }.map(\.value)
        for rejection in NodeRecord.sum(records, honest: records).rejections {
            reach(points.place(.rejection, rejection.reason), times: rejection.count)
            reach(points.place(.rejection, rejection.reason, by: .carriage, carriage), times: rejection.count)
        }
        return times.indices.filter { times[$0] > 0 }.map { (place: $0, times: times[$0]) }
    }
}
