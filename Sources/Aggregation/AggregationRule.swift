// What a multiset rule is: n vectors in, one out, whoever they are from. Pre-aggregations come before it
// (`AggregationPipeline`), and `OnNeighbourhood` makes a gossip rule of it.
import Kernels
import Registry

/// A rule that makes one vector of n, of which f may be hostile.
///
/// Inputs are finite and in ascending order of who sent them: ties are broken by row.
public protocol AggregationRule: Registered {
    /// What the rule promises, with its default parameters, while at most f inputs are hostile.
    static var robustness: Robustness { get }
    /// Operations of one call, for n inputs of dimension d.
    static var cost: String { get }
    /// The publication that defines it.
    static var source: String { get }
    /// What must hold of n and f, in words.
    static var condition: String { get }
    /// Whether it keeps some inputs and discards others, so that the node's own can be kept among them.
    static var isSelection: Bool { get }
    /// Whether each element of the result comes of the same element of the inputs alone, and what is noted of inputs
    /// of none.
    static var isColumnwise: Bool { get }
    /// The parameters that make it ByzFL's, where its defaults do not.
    static var byzfl: [(name: String, value: ParameterValue)] { get }

    /// What may be done to all inputs at once without more than the same happening to the result.
    var symmetries: Symmetries { get }
    /// What it must be told beside the inputs.
    var needs: MixNeeds { get }

    /// The most hostile ones among `count` inputs that it can be told of.
    func capacity(of count: Int) -> Int

    /// - Throws: where its parameters do not go with so many inputs, of which `own` is the node's.
    func check(inputs: Int, own: Int?) throws(ConfigurationFault)

    /// - Parameters:
    ///   - inputs: at least one row.
    ///   - context: `hostile` is within the capacity.
    ///   - output: the aggregate, d elements, overwritten.
    ///   - report: begun for these inputs, all of them kept; the rule notes what it does otherwise.
    mutating func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    )

    /// What it remembers from call to call; kept in checkpoints.
    var memory: [Float] { get set }
}

extension AggregationRule {
    public static var condition: String { "n > 2f" }
    public static var isSelection: Bool { false }
    public static var isColumnwise: Bool { false }
    public static var byzfl: [(name: String, value: ParameterValue)] { [] }

    public var symmetries: Symmetries { [.translation, .scale] }
    public var needs: MixNeeds { [] }

    public func capacity(of count: Int) -> Int { (count - 1) / 2 }
    public func check(inputs: Int, own: Int?) throws(ConfigurationFault) {}

    public var memory: [Float] {
        get { [] }
        set {}
    }
}

/// What a multiset rule may know beside the inputs.
public struct AggregationContext: Sendable {
    /// f: how many inputs may be hostile.
    public var hostile: Int
    /// The row of the node's own vector, if it is among the inputs.
    public var own: Int?
    /// Whether a rule that selects must keep the own vector.
    public var protectsOwn: Bool
    /// What updates are differences from, for rules that need it; empty stands for zeros.
    public var modelBefore: [Float]
    /// For what is drawn: the same in each node's recomputation of the round.
    public var random: RandomStream

    public init(
        hostile: Int, own: Int? = nil, protectsOwn: Bool = false, modelBefore: [Float] = [],
        random: RandomStream = RandomStream(seed: 0, purpose: .mixing)
    ) {
        self.hostile = hostile
        self.own = own
        self.protectsOwn = protectsOwn
        self.modelBefore = modelBefore
        self.random = random
    }

    /// The row that may not be discarded.
    var pinned: Int? { protectsOwn ? own : nil }
}
