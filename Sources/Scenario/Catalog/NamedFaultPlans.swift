// Fault plans that come with the program, as the JSON that a user would write under "faults". They name shares of the
// nodes and no labels, so that they fit any topology.
import Kernels
import Registry

/// A plan that an experiment can name.
public struct NamedFaultPlan: Sendable {
    public let name: String
    /// One sentence for listings.
    public let summary: String
    public let json: String

    public static let all = [
        NamedFaultPlan(
            name: "lossy", summary: "A bad network all along: loss, duplicates, overtaking and wrong bits.",
            json: """
                [{"fault": {"kind": "loss", "rate": 0.05}},
                 {"fault": {"kind": "duplication", "rate": 0.02}},
                 {"fault": {"kind": "reordering", "rate": 0.05}},
                 {"fault": {"kind": "corruption", "rate": 0.005}}]
                """),
        NamedFaultPlan(
            name: "slow-links", summary: "Links with little bandwidth and a long way, for a while.",
            json: """
                [{"fault": {"kind": "delay", "milliseconds": 50}, "from": 5, "until": 15},
                 {"fault": {"kind": "rateLimit", "bytesPerSecond": 50000}, "from": 10, "until": 20, "share": 0.25}]
                """),
        NamedFaultPlan(
            name: "partition-heal", summary: "Two halves, then one node alone, then a bridge; each cut heals.",
            json: """
                [{"fault": {"kind": "partition", "shape": "halves"}, "from": 5, "until": 10},
                 {"fault": {"kind": "partition", "shape": "one"}, "from": 12, "until": 16},
                 {"fault": {"kind": "partition", "shape": "bridge"}, "from": 18, "until": 22}]
                """),
        NamedFaultPlan(
            name: "one-way", summary: "Half the nodes are heard by nobody else, then everyone hears another majority.",
            json: """
                [{"fault": {"kind": "partition", "shape": "oneWay"}, "from": 5, "until": 10},
                 {"fault": {"kind": "partition", "shape": "overlappingMajorities"}, "from": 14, "until": 20}]
                """),
        NamedFaultPlan(
            name: "crash-storm", summary: "A quarter of the nodes is killed and comes back, three times over.",
            json: """
                [{"fault": {"kind": "crash"}, "from": 5, "until": 8},
                 {"fault": {"kind": "crash"}, "from": 10, "until": 13},
                 {"fault": {"kind": "crash"}, "from": 15, "until": 18}]
                """),
        NamedFaultPlan(
            name: "cold-boot", summary: "All nodes are killed at once and restarted.",
            json: """
                [{"fault": {"kind": "crash"}, "share": 1, "from": 10, "until": 11}]
                """),
        NamedFaultPlan(
            name: "swizzle", summary: "Links clog one after the other and come free in another order.",
            json: """
                [{"fault": {"kind": "swizzleClog"}, "from": 5, "until": 15},
                 {"fault": {"kind": "swizzleClog"}, "from": 16, "until": 26}]
                """),
        NamedFaultPlan(
            name: "standstill", summary: "Nodes stand still, clocks leap, and disks fill up before a crash.",
            json: """
                [{"fault": {"kind": "pause"}, "from": 4, "until": 8},
                 {"fault": {"kind": "clockJump", "milliseconds": 30000}, "from": 6},
                 {"fault": {"kind": "clockJump", "milliseconds": -20000}, "from": 9},
                 {"fault": {"kind": "fullDisk"}, "share": 0.5, "from": 8, "until": 20},
                 {"fault": {"kind": "crash"}, "from": 14, "until": 16}]
                """),
    ]

    static func named(_ name: String) throws(ConfigurationFault) -> NamedFaultPlan {
        guard let plan = all.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "fault plan", given: name, known: all.map(\.name)))
        }
        return plan
    }
}
