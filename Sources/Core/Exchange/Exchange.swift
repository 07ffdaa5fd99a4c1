// What nodes send each other in a round, and what becomes of what the rule makes of it.
public import Attacks
public import Kernels
public import Learning
import Registry
public import Wire

/// What is exchanged: the model after the local steps, or something else that a round's training comes to.
///
/// A round begins with what the state shares, the parameters x before all. `train` turns that into what is sent; the
/// rule mixes it with what was heard; `next` makes the parameters of the next round of that, where the mix is not the
/// next state already.
public protocol Exchange: Registered {
    /// The vectors that travel, where models have so many elements: the first of them is always as long as that. The
    /// rule mixes each of them by itself; attacks see them, and forge them, as one vector.
    static func channels(_ dimension: Int) -> [Channel]
    /// Whether the parameters themselves travel, in the first channel: what the rule makes of a message is then the
    /// next state, of the same channels. Otherwise they rest with the node while their round is on, and who
    /// returns or falls behind must ask for the parameters of others.
    static var sendsModels: Bool { get }
    /// Whether the last channel is the mass of the sender, one number, at first 1: nodes share it out among those that
    /// they send to, and it takes the place of weights.
    static var carriesMass: Bool { get }
    /// Whether a round may take several local steps.
    static var takesLocalSteps: Bool { get }
    /// Whether each node has, beside what travels, a model of its own that never does.
    static var keepsOwnModel: Bool { get }
    /// Why nodes that do not all hear the same drift apart, in half a sentence; `nil` where mixing keeps them together.
    static var drift: String? { get }

    /// The same for one experiment.
    ///
    /// - Throws: what in it the exchange cannot go with.
    func fitted(to setting: ExchangeSetting) throws(ConfigurationFault) -> Self

    /// What in the training it does not go with, after its name; `nil` where it goes with all of it.
    func objection(to training: TrainingTraits) -> String?
    /// What is doubtful about it, in sentences.
    ///
    /// - Parameter tellsApart: whether an attack may send different vectors to different neighbours.
    func doubts(tellsApart: Bool) -> [String]

    /// How messages are told for lies by what they hold; `nil` where nobody looks at that.
    var plausibility: Plausibility? { get }
    /// What attacks on a common model are told; `nil` where none is learned.
    ///
    /// - Parameter stepSize: of the round.
    func commonModelTraining(stepSize: Double) -> CommonModelTraining?

    /// Whether a message may be of a node that does what it is to, as far as a neighbour can tell.
    ///
    /// - Parameters:
    ///   - start: what the neighbour itself shared at the start of the round.
    ///   - stepSize: η of the round.
    func isPlausible(_ message: [Float], from start: [Float], stepSize: Double) -> Bool

    /// The node's own model, of as many elements as the first channel; `nil` before its first round, when it is what is
    /// shared, and where there is none.
    func ownModel(in kept: LocalState) -> [Float]?

    /// The local work of a round.
    ///
    /// - Parameter vector: what the state shares at the start of the round, in place turned into what is sent.
    func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport

    /// The parameters after the round; asked for only where something else than models travels.
    ///
    /// - Parameters:
    ///   - mixed: what the rule made of what was sent and heard.
    ///   - start: the parameters at the start of the round.
    func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float]
}

extension Exchange {
    public static var sendsModels: Bool { false }
    public static var takesLocalSteps: Bool { false }
    public static var carriesMass: Bool { false }
    public static var keepsOwnModel: Bool { false }

    public func fitted(to setting: ExchangeSetting) throws(ConfigurationFault) -> Self { self }
    public func objection(to training: TrainingTraits) -> String? { nil }
    public func doubts(tellsApart: Bool) -> [String] { [] }
    public var plausibility: Plausibility? { nil }
    public func commonModelTraining(stepSize: Double) -> CommonModelTraining? { nil }
    public func isPlausible(_ message: [Float], from start: [Float], stepSize: Double) -> Bool { true }
    public func ownModel(in kept: LocalState) -> [Float]? { nil }

    var sendsModels: Bool { Self.sendsModels }
}

/// What an exchange may have to know of its experiment.
public struct ExchangeSetting: Sendable, Equatable {
    /// Elements of a model.
    public let dimension: Int
    /// N, hostile ones among them.
    public let nodeCount: Int
    /// Of a node, in the mean over all.
    public let averageSamples: Double
    /// Whether nodes that begin as one and hear the same share the same in every round: on a complete graph that never
    /// changes, with one mix in every round of a rule that favours nobody.
    public let agrees: Bool

    public init(dimension: Int, nodeCount: Int, averageSamples: Double, agrees: Bool) {
        self.dimension = dimension
        self.nodeCount = nodeCount
        self.averageSamples = averageSamples
        self.agrees = agrees
    }
}

/// What an exchange may not go with in an experiment's training.
public struct TrainingTraits: Sendable, Equatable {
    public var localSteps = 1
    public var mixEvery = 1
    public var hasMomentum = false
    public var weightDecay = 0.0
    /// Whether weight decay is a part of the loss.
    public var couplesWeightDecay = true
    public var clips = false
    public var projects = false
    public var output = Output.last

    public init() {}
}

/// How messages are told for lies.
public struct Plausibility: Sendable, Equatable, CustomStringConvertible {
    /// How far they may be from where an honest one could be; `nil`: anywhere.
    public let bound: Double?
    public let description: String

    init(bound: Double?, _ description: String) {
        self.bound = bound
        self.description = description
    }
}

/// Every exchange that an experiment can name. A new one is one file and one line here.
public enum ExchangeCatalog {
    public static let all = Catalog<any Exchange.Type>(
        "exchange",
        [
            ModelExchange.self, UpdateExchange.self, GradientExchange.self, MomentumExchange.self,
            TrackingExchange.self, PushSumExchange.self, PersonalExchange.self,
        ], as: { $0 })
}

/// A node's training as its exchange wants it: what a driver runs, from the parameters to what is sent.
public struct LocalWork: LocalModel {
    public let trainer: any LocalModel
    public let exchange: any Exchange

    public init(_ trainer: any LocalModel, exchange: any Exchange) {
        self.trainer = trainer
        self.exchange = exchange
    }

    public var dimension: Int { trainer.dimension }

    public func initialParameters() -> [Float] { trainer.initialParameters() }

    public func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        exchange.train(&parameters, state: &state, by: trainer, in: round, scratch: &scratch)
    }

    public func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        trainer.gradient(at: parameters, round: round, into: &gradient, scratch: &scratch)
    }

    public func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {
        trainer.accumulate(&gradient, state: &state, in: round)
    }

    public func move(_ parameters: inout [Float], along direction: Span<Float>, in round: Round) {
        trainer.move(&parameters, along: direction, in: round)
    }

    public func project(_ parameters: inout [Float]) { trainer.project(&parameters) }

    public func stepSize(in round: Round) -> Double { trainer.stepSize(in: round) }

    public func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
        trainer.batchLosses(of: models, round: round, scratch: &scratch)
    }
}

extension LocalModel {
    /// Where a step of this round along v leads from here.
    func stepped(_ start: [Float], along direction: [Float], in round: Round) -> [Float] {
        var parameters = start
        move(&parameters, along: direction.span, in: round)
        return parameters
    }
}
