// Dirichlet split by nodes: each node has its own distribution over classes, and all nodes as many samples.
import Kernels
import Registry

/// Each node draws how often it wants each class from Dir(α · 1); then the nodes take a sample in turn, of a class that
/// is drawn so among those that are left. Not the distribution of `dirichlet`, in which nodes differ in size too.
public struct DirichletPerNodeSplit: Split {
    public static let name = "dirichletPerNode"
    public static let summary = "Nodes of nearly equal size, each with classes in its own Dirichlet(alpha) proportions."
    public static let parameters = [
        Parameter.number("alpha", 1e-6...1e6, default: 1, "concentration: small is heterogeneous")
    ]

    private let alpha: Double

    public init(_ parameters: ParameterValues) { alpha = parameters.number("alpha") }

    public func assign(
        _ basis: SplitBasis, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        var left = try samplesByClass(basis.targets)
        for label in left.indices { random.shuffle(&left[label]) }
        var tastes = (0..<participants).map { _ in
            Taste(logarithms: left.map { _ in random.logGamma(shape: alpha) }, among: left)
        }
        var parts = [[Int32]](repeating: [], count: participants)
        for position in 0..<basis.count {
            let participant = position % participants
            while true {
                let label = tastes[participant].draw(&random)
                if let sample = left[label].popLast() {
                    parts[participant].append(sample)
                    break
                }
                tastes[participant].choose(among: left)
            }
        }
        return parts
    }
}

/// How often one node wants each class.
private struct Taste {
    /// Up to a constant: shares too small for a Double still tell the classes apart that are left in the end.
    private let logarithms: [Double]
    /// Of the shares of the classes before each, and its own.
    private var sums: [Double] = []

    init(logarithms: [Double], among left: [[Int32]]) {
        self.logarithms = logarithms
        choose(among: left)
    }

    /// Forgets classes of which none are left.
    mutating func choose(among left: [[Int32]]) {
        let greatest = zip(logarithms, left).reduce(-Double.infinity) { $1.1.isEmpty ? $0 : max($0, $1.0) }
        var sum = 0.0
        sums = zip(logarithms, left).map { logarithm, samples in
            if !samples.isEmpty { sum += Elementary.exp(logarithm - greatest) }
            return sum
        }
    }

    /// A class, by its share.
    func draw(_ random: inout RandomStream) -> Int {
        let place = random.uniform() * (sums.last ?? 0)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > place { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
