// Output: which of its models a node is to come out with in the end, and what it must remember for that.
import Kernels
import Learning

/// The model that a node comes out with.
public enum Output: String, Sendable, CaseIterable {
    /// The one after the last round.
    case last
    /// Of the models at the starts of all rounds the one from which its round went the least way, by step size:
    /// |x⁺ − x| / η, which is the norm of the aggregate where gradients are mixed. Bounds on the gradient against
    /// hostile nodes and labels hold for this one, or on average over rounds, and not for the last.
    case leastNorm
}

extension LocalState {
    private static let least = "leastNormModel"
    /// (x⁺ − x) / η of that model.
    private static let way = "leastNormWay"

    /// Remembers where a round began if it went less far than all before it.
    mutating func track(from start: [Float], to end: [Float], stepSize: Double) {
        guard stepSize > 0 else { return }
        let share = Float(1 / stepSize)
        var way = end
        for i in way.indices { way[i] = (way[i] - start[i]) * share }
        let norm = squaredNorm(way.span)
        if let known = self[Self.way], !(norm < squaredNorm(known.span)) { return }
        self[Self.least] = start
        self[Self.way] = way
    }

    /// `nil` before the first round.
    var leastNormModel: [Float]? { self[Self.least] }

    private subscript(name: String) -> [Float]? {
        get { vectors.first { $0.name == name }?.values }
        set {
            vectors.removeAll { $0.name == name }
            if let newValue { vectors.append(NamedVector(name, newValue)) }
        }
    }
}
