// gossiplab topology breakdown: theory and the simulator side by side, one hostile node more at a time.
import Harness
import JSON
import Kernels
import Linter
import Platform
import Registry
import Scenario

enum TopologyBreakdown {
    static func run(_ file: TopologyFile, _ flags: Flags) throws {
        let name = try flags.required("rule", "the name of a rule, as 'list rules' has them")
        let seconds = try flags.count("seconds", 1...86_400, default: 60)
        let most = try flags.count(
            "most", 0...file.topology.nodeCount, default: (file.topology.nodeCount - 1) / 2)
        let nodes = file.topology.nodeCount
        // The search for the worst place takes its time, and cannot be called off.
        guard nodes <= 2_000 else {
            throw ConfigurationFault("the graph has \(nodes) nodes; a breakdown takes up to 2000")
        }
        let rule = try NamedRule(named: name)
        let breakdown = Breakdown(file, rule)
        let clock = MonotonicClock()
        let end = clock.now() + .milliseconds(1_000 * seconds)
        let signals = try Signals()
        var wasStopped = false
        let report = BreakdownReport(
            try breakdown.rows(most: most) {
                StandardError.print($0)
            } isOver: {
                if !wasStopped { wasStopped = (try? !signals.take().isEmpty) ?? false }
                return wasStopped || clock.now() >= end
            }, of: breakdown)
        if flags.has("json") {
            try StandardOutput.print(json: JSONText.pretty(report.json))
        } else {
            try StandardOutput.print(lines: report.lines)
        }
    }
}
