// Yardstick: the optimum of the honest training problem, which models are compared with where it is known.
import Kernels
import Learning
import Platform
import Registry
import Scenario

/// The honest nodes' common training problem and its solution.
struct Yardstick {
    private let problem: any ConvexProblem
    private let optimum: Optimum

    var certificate: Certificate { optimum.certificate }
    /// The optimum as a model.
    var point: [Float] { optimum.point.map { Float($0) } }

    /// - Parameter directory: where the solution is kept once it is found.
    /// - Returns: `nil` where the optimum is not asked for.
    init?(_ assembly: Assembly, in directory: RunDirectory?) throws(ConfigurationFault) {
        guard let problem = try assembly.honestProblem() else { return nil }
        self.problem = problem
        let file = directory.map { OptimumFile($0.optimum, experiment: assembly.identity) }
        if let known = file?.read(), known.point.count == problem.dimension {
            optimum = known
            return
        }
        optimum = problem.solve { Signals.wereRequestsToEnd }
        guard !Signals.wereRequestsToEnd || optimum.certificate.holds else {
            throw ConfigurationFault("stopped while the optimum of the honest training problem was searched for")
        }
        guard optimum.certificate.holds else {
            let (name, measured) = (certificate.kind.rawValue, certificate.measured)
            throw ConfigurationFault(
                "the optimum of the honest training problem was not found: its \(name) came down to \(measured), and "
                    + "\(Certificate.tolerance) is wanted; a greater training.weightDecay makes it easier, "
                    + "measure.optimum none does without it")
        }
        file?.write(optimum)
    }

    /// What is no number is infinitely far.
    func gap(of model: [Float]) -> PointGap {
        let point = model.map { Double($0) }
        let square = zip(point, optimum.point).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let excess = optimum.excess(of: problem.value(at: point))
        return PointGap(
            excessLoss: excess.isNaN ? .infinity : excess, distance: square.isNaN ? .infinity : square.squareRoot())
    }
}
