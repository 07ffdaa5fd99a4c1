// Attacks that are wrong on purpose, one for each law that the catalogue's must obey.
public import Attacks
import Kernels
public import Learning
import Registry
import Synchronization

/// An attack that no operator can choose.
public protocol PlantedAttack: ModelAttack where Plan == [Float] {
    /// What it sends to everyone.
    static func forge(_ view: borrowing AttackView) -> [Float]
}

extension PlantedAttack {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public var needs: AttackNeeds {
        [.own, .heard, .victim, .draws, .past, .before, .graph, .oracle]
    }

    public func plan(seeing view: borrowing AttackView) -> [Float] { Self.forge(view) }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}

/// Forges its model and its data.
public struct TwoFaced: PlantedAttack, LabelAttack {
    public init(_ parameters: ParameterValues) {}
    public static func forge(_ view: borrowing AttackView) -> [Float] { view.own }
    public func relabelling(classCount: Int) -> [Int] { Array(0..<classCount) }
}

/// Sends something else each time that anyone of its kind is asked, in whatever group, on whatever node.
public struct Fickle: PlantedAttack {
    private static let asked = Mutex(0)

    public init(_ parameters: ParameterValues) {}
    public var needs: AttackNeeds { [] }

    public static func forge(_ view: borrowing AttackView) -> [Float] {
        let count = asked.withLock { count in
            count += 1
            return count
        }
        return [Float](repeating: Float(count), count: view.own.count)
    }
}

/// Sends an element too many.
public struct Overlong: PlantedAttack {
    public init(_ parameters: ParameterValues) {}
    public static func forge(_ view: borrowing AttackView) -> [Float] { view.own + [0] }
}

/// Is no number where models are large.
public struct Exploding: PlantedAttack {
    public init(_ parameters: ParameterValues) {}
    public static func forge(_ view: borrowing AttackView) -> [Float] { view.own.map { $0 * 1e30 } }
}

/// Goes by the last model of each neighbour that it has ever heard, and says that it does not.
public struct Hindsighted: ModelAttack {
    public static let name = "planted"
    public static let summary = "for tests"
    private var known: [NodeID: Float] = [:]

    public init(_ parameters: ParameterValues) {}
    public var needs: AttackNeeds { [.own, .heard] }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        for one in view.heard { known[one.sender] = one.model[0] }
        return view.own.map { $0 + known.values.reduce(0, +) }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}

/// Says that it goes by nothing, and goes by what it heard.
public struct Sly: PlantedAttack {
    public init(_ parameters: ParameterValues) {}
    public var needs: AttackNeeds { [] }
    public static func forge(_ view: borrowing AttackView) -> [Float] { view.meanOfHeard() }
}

/// Goes by the name of another attack.
public struct NamesakeOfSilence: PlantedAttack {
    public static let name = Silence.name
    public init(_ parameters: ParameterValues) {}
    public static func forge(_ view: borrowing AttackView) -> [Float] { view.own }
}

/// Makes up a class of its own.
public struct Inventive: LabelAttack {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func relabelling(classCount: Int) -> [Int] { Array(1...classCount) }
}

/// Keeps what it remembers where no checkpoint finds it.
public struct Secretive: ModelAttack {
    public static let name = "planted"
    public static let summary = "for tests"
    private var rounds: Float = 0

    public init(_ parameters: ParameterValues) {}
    public var needs: AttackNeeds { [.past] }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        rounds += 1
        return [Float](repeating: rounds, count: view.own.count)
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}

/// Puts a sample more into the data than there were.
public struct Multiplying: DataAttack {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        Samples(
            features: samples.features + samples.features.prefix(samples.featureCount),
            targets: samples.targets.picked((0..<Int32(samples.count)).map { $0 } + [0]), axes: samples.axes)
    }
}
