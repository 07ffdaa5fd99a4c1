// gossiplab list: what can be named in an experiment, with parameters and defaults.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import Harness
import JSON
import Learning
import Platform
import Registry
import Scenario
import Tensors

enum ListCommand: Command {
    static let name = "list"
    static let usage = "list KIND"
    static let summary = "Lists \(kinds.joined(separator: ", "))."
    static let flags = [Flag("json", nil, "an array of objects")]

    private static let kinds = [
        "rules", "before", "attacks", "placements", "models", "exchanges", "datasets", "splits", "steps", "families",
        "weights", "schedules", "layouts", "faults", "plans", "formats", "measures", "experiments", "sweeps", "packs",
        "keys",
    ]

    static let examples = [
        Example("list rules", "every rule with its parameters, guarantee and source"),
        Example("list keys", "every key of an experiment with its default"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? .words(kinds) : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard let kind = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "the kind to list", expected: kinds.joined(separator: ", ")))
        }
        let entries = try entries(of: kind)
        if flags.has("json") {
            try StandardOutput.print(json: json(entries))
        } else {
            try StandardOutput.print(lines: entries.flatMap(lines))
        }
        return ExitCode.success
    }

    /// One entry of any catalogue, as listings show it.
    private struct Entry {
        let name: String
        var aliases: [String] = []
        let summary: String
        var parameters: [Parameter] = []
        /// Further lines.
        var notes: [String] = []
    }

    private static func entries(of kind: String) throws -> [Entry] {
        switch kind {
        case "rules":
            return zip(RuleCatalog.gossip.entries, registered(RuleCatalog.gossip.descriptions)).map { rule, entry in
                var entry = entry
                entry.notes = [
                    "guarantee: \(rule.guarantee.description)", "cost: \(rule.cost)", "source: \(rule.source)",
                ]
                return entry
            }
        case "before":
            return zip(RuleCatalog.preAggregations.entries, registered(RuleCatalog.preAggregations.descriptions)).map {
                step, entry in
                var entry = entry
                entry.notes = ["effect: \(step.effect)", "cost: \(step.cost)", "source: \(step.source)"]
                return entry
            }
        case "attacks":
            return zip(AttackCatalog.all.entries, registered(AttackCatalog.all.descriptions)).map { type, entry in
                var entry = entry
                entry.notes = notes(of: type)
                return entry
            }
        case "placements": return registered(PlacementCatalog.all.descriptions)
        case "models": return registered(ModelCatalog.all.descriptions)
        case "exchanges": return registered(ExchangeCatalog.all.descriptions)
        case "datasets": return registered(DatasetCatalog.all.descriptions)
        case "splits": return registered(SplitCatalog.all.descriptions)
        case "steps": return registered(StepSizeCatalog.all.descriptions)
        case "families": return registered(TopologyCatalog.all.descriptions)
        case "weights":
            return registered(WeightCatalog.all.descriptions).map { entry in
                var entry = entry
                entry.parameters.append(Weighting.lazyParameter)
                return entry
            }
        case "schedules":
            return registered(ScheduleCatalog.all.descriptions)
                + WrittenSchedules.descriptions.map { kind in
                    Entry(
                        name: kind.name, summary: kind.summary,
                        notes: kind.keys.map { padded($0.key, to: 14) + $0.value })
                }
        case "layouts": return registered(LayoutCatalog.all.descriptions)
        case "faults": return registered(FaultCatalog.all.descriptions)
        case "plans": return NamedFaultPlan.all.map { Entry(name: $0.name, summary: $0.summary, notes: [$0.json]) }
        case "formats": return registered(TensorFormatCatalog.all.descriptions)
        case "measures":
            return MeasureCatalog.all.map { measure in
                Entry(
                    name: measure.name, summary: measure.summary,
                    notes: ["measured: \(measure.measuredAt.rawValue); \(measure.asked)"]
                        + measure.figures.map { "\($0.name) (\($0.unitInWords)): \($0.definition)" })
            }
        case "experiments": return BuiltInExperiments.all.map { Entry(name: $0.name, summary: $0.summary) }
        case "sweeps": return BuiltInSweeps.all.map { Entry(name: $0.name, summary: $0.summary) }
        case "packs": return PackCatalog.all.map { Entry(name: $0.name, summary: $0.summary, notes: $0.papers) }
        case "keys":
            return ExperimentSchema.keys.map { key in
                Entry(
                    name: key.path, summary: key.summary,
                    notes: ["allowed: \(key.allowed)", "default: \(key.defaultValue)"])
            }
        default: throw ConfigurationFault(.unknown(noun: "kind", given: kind, known: kinds))
        }
    }

    /// What an attack knows with its defaults, and whether it tells different neighbours different things.
    private static func notes(of type: any Attack.Type) -> [String] {
        guard let attack = try? type.init(.defaults(type.parameters)) else { return [] }
        guard let forging = attack as? any ModelAttack else { return ["on data: its node follows the protocol"] }
        return ["knows: \(forging.knowledge)", "equivocates: \(forging.equivocates ? "yes" : "no")"]
    }

    private static func registered(_ types: [any Registered.Type]) -> [Entry] {
        types.map { Entry(name: $0.name, aliases: $0.aliases, summary: $0.summary, parameters: $0.parameters) }
    }

    private static func lines(_ entry: Entry) -> [String] {
        func also(_ aliases: [String]) -> String {
            aliases.isEmpty ? "" : " (also \(aliases.joined(separator: ", ")))"
        }
        let parameters = entry.parameters.map { parameter in
            let standard = parameter.defaultValue.map { ", default \($0)" } ?? ", must be given"
            return "    " + padded(parameter.name, to: 14)
                + "\(parameter.summary)\(also(parameter.aliases)): \(parameter.allowed)\(standard)"
        }
        return ["\(entry.name)\(also(entry.aliases))", "    \(entry.summary)"] + parameters
            + entry.notes.map { "    \($0)" }
    }

    private static func json(_ entries: [Entry]) -> String {
        let values = entries.map { entry in
            JSONValue.object([
                "name": .text(entry.name), "aliases": .array(entry.aliases.map(JSONValue.text)),
                "summary": .text(entry.summary),
                "parameters": .array(
                    entry.parameters.map { parameter in
                        .object([
                            "name": .text(parameter.name), "aliases": .array(parameter.aliases.map(JSONValue.text)),
                            "allowed": .text(parameter.allowed),
                            "default": parameter.defaultValue.map(value), "summary": .text(parameter.summary),
                        ])
                    }), "notes": .array(entry.notes.map(JSONValue.text)),
            ])
        }
        return JSONText.pretty(.array(values))
    }

    private static func value(_ value: ParameterValue) -> JSONValue {
        switch value {
        case .number(let number): .number(number)
        case .text(let text): .text(text)
        case .flag(let flag): .flag(flag)
        case .numbers(let numbers): .array(numbers.map { .number($0) })
        case .file(let file): .text(file.path)
        }
    }
}
