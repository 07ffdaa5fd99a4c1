// Reading and writing experiments: defaults, round trips, and what every mistake is answered with.
import JSON
import Registry
import Testing

@testable import Scenario

/// The experiment in `json`, which messages call e.json.
func experiment(_ json: String, _ settings: [String] = []) throws(ConfigurationFault) -> Experiment {
    try Experiment(Array(json.utf8), name: "e.json", overrides: settings)
}

/// The fault's line, or an empty text if there is none.
func message(_ body: () throws(ConfigurationFault) -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return error.description
    }
}

@Suite("Experiment")
struct ExperimentTests {
    @Test("an empty object is an experiment of defaults")
    func defaults() throws {
        #expect(try experiment("{}") == Experiment())
    }

    @Test("the resolved form has every key and reads back equal")
    func roundTrip() throws {
        let original = try experiment(
            """
            {"seed": 18446744073709551615, "topology": "g.json", "task": {"split": {"kind": "dirichlet", "alpha": 0.1}},
             "aggregation": {"rule": "cs+", "tolerates": {"kind": "declared", "weight": 0.3}},
             "adversary": {"nodes": ["a", 7.0, ["x", 1]], "attack": {"kind": "gaussian", "deviation": 1e-3}, "until": 9}}
            """)
        let resolved = original.resolvedJSON
        #expect(try experiment(resolved) == original)
        #expect(try experiment(resolved).resolvedJSON == resolved)
        let text = JSONText.canonical(try StrictJSON.read(resolved, name: "e.json"))
        for key in Experiment.keys {
            #expect(text.contains("\"\(key.path.split(separator: ".").last ?? "")\":"), "\(key.path)")
        }
        #expect(original.adversary[0].nodes.labels == ["a", "7", #"["x",1]"#])
        #expect(original.aggregation.rule.kind == "csPlus", "an alias is resolved")
    }

    @Test("a member that is a key of its own is not a parameter of the choice around it")
    func nestedKey() throws {
        let over = try experiment(#"{"task": {"split": {"over": "honest"}}}"#)
        #expect(over.task.over == .honest)
        #expect(over.task.split == Experiment().task.split)
        let both = try experiment(#"{"task": {"split": {"over": "honest", "kind": "iid"}}}"#)
        #expect(both.task.over == .honest && both.task.split.kind == "iid")
    }

    @Test("a bare number is a constant step size")
    func bareNumber() throws {
        let constant = try experiment(#"{"training": {"stepSize": {"kind": "constant", "value": 0.25}}}"#)
        #expect(try experiment(#"{"training": {"stepSize": 0.25}}"#) == constant)
        #expect(try experiment("{}", ["training.stepSize=0.25"]) == constant)
        let text = message { () throws(ConfigurationFault) in _ = try experiment("{}", ["training.stepSize=-1"]) }
        #expect(text.contains("training.stepSize.value is -1; allowed: a number from 0 to 1000"), "\(text)")
        #expect(ExperimentSchema.keys.contains { $0.path == "training.stepSize" && $0.allowed.hasPrefix("a number") })
    }

    @Test("the two names of one parameter do not go together")
    func aliases() {
        let text = message { () throws(ConfigurationFault) in
            _ = try experiment(#"{"aggregation": {"rule": {"kind": "centredClipping", "radius": 1, "tau": 2}}}"#)
        }
        #expect(
            text
                == "e.json:1:67: aggregation.rule.radius is given twice, as radius and as tau; allowed: once, by any of its "
                + "names")
    }

    @Test("a bare name chooses with default parameters")
    func bareName() throws {
        let bare = try experiment(#"{"training": {"stepSize": "constant"}, "aggregation": {"tolerates": "oracle"}}"#)
        #expect(bare == (try experiment(bare.resolvedJSON)))
        #expect(bare.training.stepSize.kind == "constant" && bare.aggregation.tolerates == .oracle)
    }

    @Test(
        "says where, what and what is allowed",
        arguments: [
            (#"{"training": {"rounds": 0}}"#, "e.json:1:25: training.rounds is 0; allowed: a whole number from 1"),
            (#"{"training": {"round": 5}}"#, "e.json:1:15: unknown key 'training.round'; did you mean"),
            (#"{"rounds": 5}"#, "e.json:1:2: unknown key 'rounds' (known: training.rounds)"),
            (#"{"training.rounds": 5}"#, "e.json:1:2: the key 'training.rounds' has dots"),
            (#"{"training": 5}"#, "e.json:1:14: training is 5; expected an object"),
            ("[]", "e.json:1:1: the file is an array; expected an object"),
            (#"{"task": {"model": "sofmax"}}"#, "e.json:1:20: unknown model 'sofmax'; did you mean 'softmax'?"),
            (#"{"task": {"split": {"kind": "dirichlet", "alpha": 0}}}"#, "e.json:1:51: task.split.alpha is 0;"),
            (#"{"task": {"split": {"kind": "iid", "alpha": 1}}}"#, "e.json:1:36: unknown key"),
            (#"{"task": {"split": {}}}"#, "e.json:1:20: task.split.kind is missing; expected iid, dirichlet"),
            (#"{"training": {"exchange": "gradients"}}"#, "unknown exchange 'gradients'; did you mean 'gradient'"),
            (#"{"timing": {"kind": "asynchron"}}"#, "did you mean 'asynchronous'?"),
            (#"{"network": {"transport": "sctp"}}"#, "(known: tcp, udp)"),
            (#"{"faults": [{"crash": 3}]}"#, "e.json:1:14: unknown key 'faults.0.crash'"),
            (
                #"{"faults": "crash-strom"}"#,
                "e.json:1:12: unknown fault plan 'crash-strom'; did you mean 'crash-storm'?"
            ),
            (#"{"faults": [{"fault": {"kind": "loss", "rate": 1.5}}]}"#, "rate is 1.5; allowed: a number from 0 to 1"),
            (#"{"faults": [{"fault": "los"}]}"#, "unknown fault 'los'; did you mean 'loss'?"),
            (#"{"faults": [{"fault": "loss", "edges": [["1"]]}]}"#, "faults.0.edges.0 is an array; expected a pair"),
            (
                #"{"aggregation": {"before": ["nmm"]}}"#,
                "e.json:1:29: unknown pre-aggregation 'nmm'; did you mean 'nnm'?"
            ),
            (#"{"aggregation": {"before": "clip"}}"#, "unknown pre-aggregation 'clip'"),
            (
                #"{"aggregation": {"before": [{"kind": "bucketing", "size": 0}]}}"#,
                "aggregation.before.0.size is 0; allowed: a whole number from 1"
            ),
            (#"{"privacy": {}}"#, "unknown key 'privacy'"),
            (#"{"aggregation": {"tolerates": 2}}"#, "e.json:1:31: aggregation.tolerates"),
            (#"{"aggregation": {"tolerates": {"kind": "declared", "count": 1, "weight": 0}}}"#, "either by count or"),
            (#"{"aggregation": {"tolerates": {"kind": "declared", "count": -1}}}"#, "count is -1; allowed:"),
            (#"{"adversary": [{"nodes": ["1"]}, {"nodez": []}]}"#, "unknown key 'adversary.1.nodez'; did you mean"),
            (#"{"adversary": [{"nodes": "1"}]}"#, "e.json:1:26: adversary.0.nodes is '1'; expected an array"),
            (#"{"adversary": ["3"]}"#, "adversary.0 is '3'; expected an object"),
            (
                #"{"adversary": {"nodes": ["1"], "taps": "all"}}"#,
                "unknown adversary.0.taps 'all' (known: none, victims, honest)"
            ),
            (#"{"seed": 1, "seed": 2}"#, "e.json:1:13: the key 'seed' "),
            (#"{"training": {"momentum": 1}}"#, "training.momentum.value is 1; allowed: a number from 0 to 0.9999"),
            (#"{"topology": 5}"#, "topology is 5; expected a path, an object, or an array"),
        ])
    func faults(json: String, expected: String) {
        let text = message { () throws(ConfigurationFault) in _ = try experiment(json) }
        #expect(text.contains(expected))
    }

    @Test("the table lists every key once, with a default that is allowed")
    func schema() throws {
        let rows = ExperimentSchema.keys
        #expect(Set(rows.map(\.path)).count == rows.count)
        for row in rows {
            #expect(!row.allowed.isEmpty && !row.summary.isEmpty, "\(row.path)")
            guard !row.path.hasPrefix("adversary."), !row.path.hasPrefix("faults.") else { continue }
            #expect(try experiment("{}", ["\(row.path)=\(row.defaultValue)"]) == Experiment(), "\(row.path)")
        }
    }
}
