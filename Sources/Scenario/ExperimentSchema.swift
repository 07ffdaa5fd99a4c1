// The one table of experiment keys. A new key is one line here and one field in Experiment.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import Learning

/// As many rounds as anyone will ever run.
private let longest = 1_000_000_000

extension Experiment: Settings {
    public static let keys: [SettingKey<Experiment>] = [
        .text("name", \.name, "what the run directory and the report are called").outsideIdentity,
        .seed("seed", \.seed, "decides every random draw of the experiment"),
        .topology("topology", \.topology, "the graph: the path of a topology file, or what would stand in it"),

        .catalog("task.dataset", \.task.dataset, DatasetCatalog.all, "what is learnt from"),
        .catalog("task.split", \.task.split, SplitCatalog.all, "how the training data is shared out"),
        .choice("task.split.over", \.task.over, "which nodes get a share of it"),
        .count(
            "task.split.minimumSamples", \.task.minimumSamples, 0...longest,
            "samples that each of them gets at least: the split is drawn again until it is so"),
        .catalog("task.model", \.task.model, ModelCatalog.all, "what each node trains"),
        .number(
            "task.validation", \.task.validation, 0...0.9,
            "share of the training part that no node gets: a second part to measure on"),

        .count("training.rounds", \.training.rounds, 1...longest, "local training, exchange and mix, so often"),
        .count("training.batchSize", \.training.batchSize, 1...1_000_000, "samples of one local step"),
        .choice(
            "training.sampling", \.training.sampling,
            "how these are drawn: each by itself, with replacement, or as a window of the node's samples"),
        .catalog(
            "training.stepSize", \.training.stepSize, StepSizeCatalog.all, number: (ConstantStep.name, "value"),
            "learning-rate schedule: the step size of each round"),
        .count("training.warmUp", \.training.warmUp, 0...longest, "rounds of linear warm-up to it"),
        .catalog(
            "training.momentum", \.training.momentum, MomentumCatalog.all, number: (AverageMomentum.name, "value"),
            "what a step goes along instead of the gradient; a number is β of m <- β m + (1-β) gradient"),
        .count("training.localSteps", \.training.localSteps, 1...1_000_000, "local steps in one round"),
        .number("training.weightDecay", \.training.weightDecay, 0...1e3, "λ of gradient + λ model"),
        .choice(
            "training.weightDecayForm", \.training.weightDecayForm,
            "decoupled: model <- (1 - step size x λ) model before each step, and not in the gradient"),
        .optionalNumber(
            "training.clip", \.training.clip, 1e-9...1e9,
            "greatest norm of a batch gradient, which is shortened to it, before weight decay; null: any"),
        .optionalNumber(
            "training.privacy.clip", \.training.privacy.clip, 1e-9...1e9,
            "DP-SGD: greatest norm of the gradient of one sample, which is shortened to it; null: gradients of batches"
        ),
        .optionalNumber(
            "training.privacy.noiseMultiplier", \.training.privacy.noiseMultiplier, 0...1e6,
            "DP-SGD: z, deviation of the noise on a sum of gradients as a multiple of clip; drawn from the seed: for "
                + "study, not for data that matter"),
        .optionalNumber(
            "training.privacy.epsilon", \.training.privacy.epsilon, 1e-6...1e6,
            "DP-SGD, in place of noiseMultiplier: each node takes the least z with which all rounds come to this ε"),
        .number(
            "training.privacy.delta", \.training.privacy.delta, 1e-30...0.999,
            "δ of (ε, δ): less than 1 over the samples of a node"),
        .choice(
            "training.privacy.sampling", \.training.privacy.sampling,
            "poisson: each sample with chance batchSize / samples, as ε assumes; shuffled: in turn, and ε an estimate"),
        .catalog(
            "training.projection", \.training.projection, ProjectionCatalog.all,
            "the set that every step is taken back to"),
        .catalog("training.exchange", \.training.exchange, ExchangeCatalog.all, "what nodes send each other"),
        .number("training.participation", \.training.participation, 0...1, "chance that a node takes part in a round"),
        .count("training.mixEvery", \.training.mixEvery, 1...1_000_000, "models are exchanged every so many rounds"),
        .count(
            "training.gossipSteps", \.training.gossipSteps, 1...1_000,
            "exchanges and mixes after the local steps of a round"),
        .frozen(
            "training.frozen", \.training.frozen,
            "the lowest layers of a net with parameters that are not trained but taken from a file, as export writes it"
        ),
        .initialisation(
            "training.initialisation", \.training.initialisation,
            "one first model for all nodes, one each, zero, one drawn from a normal distribution of this deviation for "
                + "all or for each, or the one in a file (safetensors, npy, npz)"),
        .choice(
            "training.output", \.training.output,
            "the model that a node comes out with: the last, or that of the round whose aggregate had the least norm"),

        .choice("timing.kind", \.timing.kind, "how the nodes' rounds go together"),
        .count(
            "timing.deadlineMilliseconds", \.timing.deadlineMilliseconds, 1...86_400_000,
            "longest wait for a neighbour in one round, and the waiting budget of f late ones"
        ).outsideIdentity,
        .optionalNumber(
            "timing.joinSeconds", \.timing.joinSeconds, 0.001...86_400,
            "longest wait for links before the first round; null: the deadline, and a minute for nodes that no "
                + "laboratory has started"
        ).outsideIdentity,
        .count(
            "timing.staleness", \.timing.staleness, 0...longest,
            "asynchronous: own rounds for which a neighbour's model is used"),
        .number(
            "timing.stepMilliseconds", \.timing.stepMilliseconds, 0.001...1e6,
            "asynchronous, simulated: mean virtual time of a local step"),
        .number(
            "timing.stepSpread", \.timing.stepSpread, 0...0.99,
            "asynchronous, simulated: how far nodes and steps are from the mean, as a share"),

        .catalog(
            "aggregation.rule", \.aggregation.rule, RuleCatalog.gossip,
            "self-centred gossip rule or set aggregator that makes the next model"),
        .chain(
            "aggregation.before", \.aggregation.before, RuleCatalog.preAggregations,
            "pre-aggregations, in this order, of the models before a set aggregator"),
        .tolerance("aggregation.tolerates", \.aggregation.tolerates, "hostile neighbours that every node withstands"),
        .choice(
            "aggregation.mode", \.aggregation.mode,
            "where a node hears too few for that: withstand fewer, or refuse and keep the own model"),

        .list(
            "adversary", \.adversary, example: #"{"nodes": ["3"], "attack": "signFlip"}"#,
            "groups of hostile nodes, or one group"),

        .choice("network.transport", \.transport, "what carries frames between processes").outsideIdentity,
        .faults("faults", \.faults, "what goes wrong on purpose: a list, one fault, or the name of a plan"),
        .count("checkpoint.every", \.checkpointEvery, 0...longest, "rounds between checkpoints; 0: none")
            .outsideIdentity,
        .count("measure.every", \.measureEvery, 0...longest, "rounds between records; 0: one at the end")
            .outsideIdentity,
        .choice(
            "measure.optimum", \.measureOptimum,
            "whether models are compared with the optimum of the honest training problem: where there is a formula, or "
                + "where it must be solved for, too"
        ).outsideIdentity,
        .choices(
            "measure.also", \.measureAlso, "what is measured beside what costs nothing; 'list measures' has it all"
        ).outsideIdentity,
        .optionalNumber(
            "measure.target", \.measureTarget, 0...1,
            "an accuracy: the rounds and bytes are measured that it takes to get there"
        ).outsideIdentity,
        .choices(
            "measure.reference", \.measureReferences,
            "simulated runs of the same seeds that this one is compared with: without attack, each node alone"
        ).outsideIdentity,
        .count(
            "measure.stability.twins", \.stability.twins, 0...10_000,
            "simulated runs in which one sample of an honest node is exchanged for one of the test part; 0: none"
        ).outsideIdentity,
        .labels(
            "measure.stability.nodes", \.stability.nodes, "whose sample may be that; none: any honest node's"
        ).outsideIdentity,
        .optionalCount(
            "measure.stability.sample", \.stability.sample, 0...longest,
            "which of the node's samples, from 0; null: it is drawn"
        ).outsideIdentity,
        .choice(
            "measure.stability.attacker", \.stability.attacker,
            "hostile nodes of a twin: they forge anew, or send what they sent in the first run, or one after the other"
        ).outsideIdentity,
        .seed("measure.stability.seed", \.stability.seed, "decides what is exchanged for what").outsideIdentity,
        .number(
            "measure.stability.risk", \.stability.risk, 1e-12...0.5,
            "chance with which the bound on the excess risk may fail"
        ).outsideIdentity,
        .choice(
            "trace", \.trace,
            "what a node keeps of its trace: all, as 'replay' needs it, or the recent part, in at most 128 KiB"
        ).outsideIdentity,
    ]
}

extension AdversaryGroup: Settings {
    public static let keys: [SettingKey<AdversaryGroup>] = [
        .groupNodes("nodes", \.nodes, "the members, as the topology calls them, or how they are chosen"),
        .catalog("attack", \.attack, AttackCatalog.all, "what they do"),
        .count("from", \.from, 0...longest, "first round of the attack"),
        .optionalCount("until", \.until, 0...longest, "first round after it; null: it lasts to the end"),
        .number("probability", \.probability, 0...1, "chance of attacking in each of those rounds"),
        .flag(
            "collude", \.collude,
            "all members send one vector, made of what all overhear (taps honest); who missed a model is silent"),
        .choice("taps", \.taps, "attacker knowledge: what they overhear beside their own links"),
    ]
}

extension FaultSettings: Settings {
    public static let keys: [SettingKey<FaultSettings>] = [
        .catalog("fault", \.fault, FaultCatalog.all, "what goes wrong"),
        .count("from", \.from, 0...longest, "its first round, by the node that is furthest"),
        .optionalCount("until", \.until, 0...longest, "first round after it; null: it never ends"),
        .labels("nodes", \.nodes, "the nodes struck, as the topology calls them"),
        .optionalNumber("share", \.share, 0...1, "share of all nodes struck where none are named; null: as usual"),
        .pairs("edges", \.edges, "the only links struck, as pairs of nodes; none: all of the nodes struck"),
    ]
}

/// The table as listings show it.
public enum ExperimentSchema {
    public struct Row: Sendable, Equatable {
        /// Where the key stands: names of members from the top of the file, joined by dots.
        public let path: String
        /// What may be written, in words.
        public let allowed: String
        /// As JSON.
        public let defaultValue: String
        public let summary: String
    }

    /// Every key of an experiment, those of an adversary group under `adversary.`, those of a fault under `faults.`.
    public static var keys: [Row] {
        Experiment.keys.flatMap { key in
            let ofGroups = key.path == "adversary" ? AdversaryGroup.keys : []
            let ofFaults = key.path == "faults" ? FaultSettings.keys : []
            return [Row(key, prefix: "")] + ofGroups.map { Row($0, prefix: "adversary.") }
                + ofFaults.map { Row($0, prefix: "faults.") }
        }
    }
}

extension ExperimentSchema {
    /// What could follow `--set` to give this value to whatever is called by this word: a key by its path or its last
    /// name, however these are written, or else a parameter of a graph's family.
    public static func assignments(of word: String, value: String) -> [String] {
        let wanted = plain(word)
        let paths = keys.map(\.path)
        if let path = paths.first(where: { plain($0) == wanted }) {
            let family = path == "topology" ? try? TopologyCatalog.all.entry(named: value) : nil
            return [family.map { "'\(path)=\($0.example)'" } ?? "\(path)=\(value)"]
        }
        let isOfGraphs = TopologyCatalog.all.descriptions.contains {
            $0.parameters.contains { plain($0.name) == wanted }
        }
        let named = paths.filter { plain(String($0.split(separator: ".").last ?? "")) == wanted }
        return ((isOfGraphs ? ["topology.\(word)"] : []) + named).map { "\($0)=\(value)" }
    }

    /// As it is compared: `batch-size` is `batchSize`.
    private static func plain(_ name: String) -> String { String(name.lowercased().filter { !"-_".contains($0) }) }
}

extension ExperimentSchema.Row {
    fileprivate init<Root: Settings>(_ key: SettingKey<Root>, prefix: String) {
        self.init(
            path: prefix + key.path, allowed: key.allowed, defaultValue: key.defaultValue, summary: key.summary)
    }
}
