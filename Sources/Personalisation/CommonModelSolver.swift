// CommonModelSolver: multipliers outside, Newton's method inside. R_n is replaced by its Moreau envelope around the
// multiplier y_n, which is smooth whatever kinks R_n has; when no multiplier changes any more the envelope touches R_n
// (augmented Lagrangian; Rockafellar 1976. Newton on such envelopes: Li, Sun, Toh, SIAM J. Optim. 2018). Near the
// solution Newton's method for all conditions at once (Qi, Sun 1993) goes on to rounding, which sharp envelopes blur.
import Kernels

/// The state of one solution.
struct CommonModelSolver {
    private static let mostMultiplierSteps = 200
    private static let mostNewtonSteps = 60
    private static let mostHalvings = 40
    private static let mostPolishingSteps = 12
    /// Relative to the size of the pulls.
    private static let stationarity = 1e-10
    /// Of all conditions together, relative to the size of the pulls: what misses them by more is tried anew.
    private static let wanted = 1e-11
    /// Of values, relative to their size: what rounding makes of them.
    private static let blur = 1e-13

    /// A coupling of ρ to a personal model, or the regulariser, which is one to a model that stays at zero.
    private struct Tie {
        let term: any CouplingTerm
        let loss: (any PersonalLoss)?
        /// θ_n.
        var model: [Double]
        /// y_n.
        var multiplier: [Double]
        /// z_n, what ρ − θ_n becomes.
        var image: [Double]
    }

    private let dimension: Int
    private let count: Int
    private let holdsCommon: Bool
    private var common: [Double]
    private var ties: [Tie]
    /// σ of the envelopes R(z) + σ/2 |z − v|².
    private var sharpness: Double
    /// The greatest curvature of a loss along an axis, at zero.
    private let steepest: Double
    private var greatestSharpness: Double { 30 * steepest }
    /// Goes on where rounding seems to allow no more.
    private var isPatient = false
    private var mostStalls: Int { isPatient ? .max : 5 }

    init(_ problem: CommonModelProblem, holding common: [Double]?) {
        dimension = problem.dimension
        count = problem.participants.count
        holdsCommon = common != nil
        let zeros = [Double](repeating: 0, count: problem.dimension)
        self.common = common ?? zeros
        var greatest = 1.0
        ties = problem.participants.map { participant in
            switch participant.wish {
            case .loss(let loss):
                let curvature = loss.curvature(at: zeros)
                for i in 0..<loss.dimension { greatest = max(greatest, curvature[i * loss.dimension + i]) }
                return Tie(
                    term: participant.coupling, loss: loss, model: common ?? zeros, multiplier: zeros, image: zeros)
            case .fixed(let model):
                return Tie(term: participant.coupling, loss: nil, model: model, multiplier: zeros, image: zeros)
            }
        }
        if let regulariser = problem.regulariser {
            ties.append(Tie(term: regulariser, loss: nil, model: zeros, multiplier: zeros, image: zeros))
        }
        steepest = greatest
        sharpness = greatest
    }

    /// Where to begin: near the solution.
    struct Start {
        /// θ_n, one a participant.
        var personal: [[Double]]
        /// y_n.
        var pulls: [[Double]]
    }

    /// - Parameter isCancelled: asked again and again; what has been found by then is returned.
    mutating func solve(from start: Start? = nil, isCancelled: () -> Bool) -> CommonModelSolution {
        if let start {
            let cold = ties
            for n in start.personal.indices {
                if ties[n].loss != nil { ties[n].model = start.personal[n] }
                ties[n].multiplier = start.pulls[n]
                ties[n].image = ties[n].term.proximal(common - ties[n].model .+ start.pulls[n], step: 1)
            }
            // Near enough, Newton's method needs no approach.
            if isEnough(polish()) { return told }
            ties = cold
        }
        approach(isCancelled)
        if !isEnough(polish()), !isCancelled() {
            isPatient = true
            approach(isCancelled)
            _ = polish()
        }
        return told
    }

    private func isEnough(_ rest: Double) -> Bool {
        let pulls = ties.reduce(1) { max($0, $1.multiplier.norm) }
        return rest <= Self.wanted * pulls + roundedGradients
    }

    /// What rounding leaves of gradients of losses: units of |∇²L_n| |θ_n|.
    private var roundedGradients: Double {
        ties.reduce(0) { greatest, tie in
            guard let loss = tie.loss else { return greatest }
            let sums = product(loss.curvature(at: tie.model).map { abs($0) }, tie.model.map { abs($0) })
            return max(greatest, 4e-16 * sums.norm)
        }
    }

    /// Multiplier after multiplier.
    private mutating func approach(_ isCancelled: () -> Bool) {
        var (before, stalls) = (Double.infinity, 0)
        for _ in 0..<Self.mostMultiplierSteps where !isCancelled() {
            let slope = minimise()
            var (moved, greatest, size) = (0.0, 1.0, 1 + common.norm)
            for n in ties.indices {
                let v = target(n, common, ties[n].model)
                let z = ties[n].term.proximal(v, step: 1 / sharpness)
                let multiplier = sharpness * (v - z)
                moved = max(moved, (multiplier - ties[n].multiplier).norm)
                greatest = max(greatest, multiplier.norm)
                size = max(size, v.norm)
                ties[n].image = z
                ties[n].multiplier = multiplier
            }
            let enough = 10 * Self.stationarity * greatest + blurredSlope(size)
            stalls = slope > before / 2 ? stalls + 1 : 0
            before = slope
            // What is steep still and gets no flatter is left to polishing.
            if moved <= enough, slope <= enough || stalls >= mostStalls { break }
            sharpness = min(3 * sharpness, greatestSharpness)
        }
    }

    // MARK: All conditions at once

    /// ∇L_n(θ_n) = y_n, Σ y_n = 0, and u_n = prox(u_n + y_n) of u_n = ρ − θ_n: solved by Newton's method as long as
    /// that brings them nearer.
    ///
    /// - Returns: by how much they are missed in the end.
    private mutating func polish() -> Double {
        var here = ties
        var place = common
        var (least, images) = violation(here, place)
        for _ in 0..<Self.mostPolishingSteps where least > 0 {
            guard let step = polishingStep(here, place, images) else { break }
            var cursor = holdsCommon ? 0 : dimension
            func take() -> [Double] {
                defer { cursor += dimension }
                return Array(step[cursor..<cursor + dimension])
            }
            if !holdsCommon { place = place .+ Array(step[..<dimension]) }
            for n in here.indices {
                if here[n].loss != nil { here[n].model = here[n].model .+ take() }
                here[n].multiplier = here[n].multiplier .+ take()
            }
            let there = violation(here, place)
            guard there.length < least else { break }
            (least, images) = (there.length, there.images)
            for n in here.indices { here[n].image = images[n] }
            (ties, common) = (here, place)
        }
        return least
    }

    private func violation(_ ties: [Tie], _ common: [Double]) -> (length: Double, images: [[Double]]) {
        var (square, sum, images) = (0.0, common.map { _ in 0.0 }, [[Double]]())
        for tie in ties {
            let way = common - tie.model
            let image = tie.term.proximal(way .+ tie.multiplier, step: 1)
            let gap = way - image
            square += gap.dot(gap)
            sum = sum .+ tie.multiplier
            if let loss = tie.loss {
                let rest = loss.gradient(at: tie.model) - tie.multiplier
                square += rest.dot(rest)
            }
            images.append(image)
        }
        if !holdsCommon { square += sum.dot(sum) }
        return (square.squareRoot(), images)
    }

    private func polishingStep(_ ties: [Tie], _ common: [Double], _ images: [[Double]]) -> [Double]? {
        let unit = diagonal(common.map { _ in 1 })
        let blocks = ties.reduce(holdsCommon ? 0 : 1) { $0 + ($1.loss == nil ? 1 : 2) }
        var system = LinearSystem(size: blocks * dimension)
        var cursor = holdsCommon ? 0 : dimension
        for (n, tie) in ties.enumerated() {
            let way = common - tie.model
            let kept = tie.term.proximalDerivative(way .+ tie.multiplier, images[n], step: 1)
            let lost = unit - kept
            let multiplier = cursor + (tie.loss == nil ? 0 : dimension)
            if !holdsCommon {
                system.add(1, unit, row: 0, column: multiplier, count: dimension)
                system.add(1, lost, row: multiplier, column: 0, count: dimension)
                for j in 0..<dimension { system.right[j] -= tie.multiplier[j] }
            }
            system.add(-1, kept, row: multiplier, column: multiplier, count: dimension)
            for j in 0..<dimension { system.right[multiplier + j] = images[n][j] - way[j] }
            if let loss = tie.loss {
                let slope = loss.gradient(at: tie.model)
                system.add(1, loss.curvature(at: tie.model), row: cursor, column: cursor, count: dimension)
                system.add(-1, unit, row: cursor, column: multiplier, count: dimension)
                system.add(-1, lost, row: multiplier, column: cursor, count: dimension)
                for j in 0..<dimension { system.right[cursor + j] = tie.multiplier[j] - slope[j] }
            }
            cursor = multiplier + dimension
        }
        return system.solution()
    }

    /// θ_n := ρ − z_n, which is exact where z_n is 0: then y_n is a subgradient where the models are.
    private var told: CommonModelSolution {
        var (personal, separation): ([[Double]], Double) = ([], 0)
        var (square, sum) = (0.0, [Double](repeating: 0, count: dimension))
        for (n, tie) in ties.enumerated() {
            sum = sum .+ tie.multiplier
            var model = tie.model
            if let loss = tie.loss {
                model = common - tie.image
                let rest = loss.gradient(at: model) - tie.multiplier
                square += rest.dot(rest)
            } else {
                separation = max(separation, (common - tie.model - tie.image).norm)
            }
            if n < count { personal.append(model) }
        }
        if !holdsCommon { square += sum.dot(sum) }
        return CommonModelSolution(
            common: common, personal: personal, pulls: ties.prefix(count).map(\.multiplier),
            regularPull: ties.count > count ? ties[count].multiplier : sum.map { _ in 0 },
            residual: square.squareRoot(), separation: separation)
    }

    /// v_n = ρ − θ_n + y_n/σ.
    private func target(_ n: Int, _ common: [Double], _ model: [Double]) -> [Double] {
        (0..<dimension).map { common[$0] - model[$0] + ties[n].multiplier[$0] / sharpness }
    }

    // MARK: The smooth problem

    /// The envelopes and losses at a point, with the gradient in every block.
    private struct Place {
        var value = 0.0
        var square = 0.0
        /// By each θ_n; empty where it is fixed.
        var models: [[Double]] = []
        /// By ρ.
        var common: [Double]
        var targets: [[Double]] = []
        var images: [[Double]] = []

        func slope(along step: Step) -> Double {
            models.indices.reduce(common.dot(step.common)) { $0 + models[$1].dot(step.models[$1]) }
        }
    }

    private func place(_ common: [Double], _ models: [[Double]]) -> Place {
        var place = Place(common: [Double](repeating: 0, count: dimension))
        for n in ties.indices {
            let v = target(n, common, models[n])
            let z = ties[n].term.proximal(v, step: 1 / sharpness)
            let gap = v - z
            let pull = sharpness * gap
            place.value += ties[n].term.value(at: z) + sharpness / 2 * gap.dot(gap)
            for j in 0..<dimension { place.common[j] += pull[j] }
            var slope: [Double] = []
            if let loss = ties[n].loss {
                place.value += loss.value(at: models[n])
                slope = loss.gradient(at: models[n]) - pull
                place.square += slope.dot(slope)
            }
            place.models.append(slope)
            place.targets.append(v)
            place.images.append(z)
        }
        if holdsCommon {
            place.common = place.common.map { _ in 0 }
        } else {
            place.square += place.common.dot(place.common)
        }
        return place
    }

    /// What rounding leaves of the gradient of sharp envelopes of vectors of this size.
    private func blurredSlope(_ size: Double) -> Double { isPatient ? 0 : 4e-15 * sharpness * size }

    /// Newton's method with halved steps; returns the length of the gradient that is left.
    private mutating func minimise() -> Double {
        var models = ties.map(\.model)
        var here = place(common, models)
        var stalls = 0
        for _ in 0..<Self.mostNewtonSteps {
            let slope = here.square.squareRoot()
            let pulls = ties.reduce(1.0) { max($0, $1.multiplier.norm) }
            let enough = Self.stationarity * pulls + blurredSlope(1 + common.norm) / 4
            guard slope > enough, let step = newtonStep(here, models) else { break }
            // The square of the way to go, by the curvature along it.
            guard step.decrease > 1e-30 * (1 + abs(here.value)) else { break }
            guard let (next, nextCommon, nextModels) = descend(from: here, models, along: step) else { break }
            stalls = next.square > 0.9 * here.square && isBlurred(step, here) ? stalls + 1 : 0
            (here, common, models) = (next, nextCommon, nextModels)
            if stalls == mostStalls { break }
        }
        for n in ties.indices { ties[n].model = models[n] }
        return here.square.squareRoot()
    }

    private struct Step {
        var common: [Double]
        /// Empty where the model is fixed.
        var models: [[Double]]
        /// Of the value along it.
        var decrease = 0.0
    }

    /// Whether rounding hides what a step brings.
    private func isBlurred(_ step: Step, _ here: Place) -> Bool {
        step.decrease < Self.blur * (1 + abs(here.value))
    }

    private func descend(
        from here: Place, _ models: [[Double]], along step: Step
    ) -> (Place, [Double], [[Double]])? {
        var part = 1.0
        // Where rounding hides that a value is lower, the slope along the step tells (Hager, Zhang 2005).
        let blurred = here.value + Self.blur * (1 + abs(here.value))
        for _ in 0..<Self.mostHalvings {
            let nextCommon = common .+ part * step.common
            let nextModels = models.indices.map { n in
                step.models[n].isEmpty ? models[n] : models[n] .+ part * step.models[n]
            }
            let there = place(nextCommon, nextModels)
            let isLower = there.value < here.value && there.value <= here.value - 1e-4 * part * step.decrease
            // Whole steps cross kinks that are nearer than rounding tells.
            let isLevel = isBlurred(step, here) || there.slope(along: step) <= 0.8 * step.decrease
            if isLower || (there.value <= blurred && isLevel) {
                return (there, nextCommon, nextModels)
            }
            part /= 2
        }
        return nil
    }

    /// Every θ_n is eliminated: with H_n = ∇²L_n and K_n = σ(1 − J_n), Schur's complement for ρ is
    /// Σ K_n − K_n (H_n + K_n)⁻¹ K_n.
    private func newtonStep(_ here: Place, _ models: [[Double]]) -> Step? {
        let size = dimension
        var schur = [Double](repeating: 0, count: size * size)
        var right = here.common.map { -$0 }
        var blocks: [(bend: [Double], factor: CholeskyFactor)?] = []
        let damping = 1e-3 * min(1e-3, here.square.squareRoot())
        for n in ties.indices {
            var bend = ties[n].term.proximalDerivative(here.targets[n], here.images[n], step: 1 / sharpness)
            for i in bend.indices { bend[i] *= -sharpness }
            for i in 0..<size { bend[i * size + i] += sharpness }
            for i in bend.indices { schur[i] += bend[i] }
            guard let loss = ties[n].loss else {
                blocks.append(nil)
                continue
            }
            let whole = loss.curvature(at: models[n]) .+ bend
            guard let factor = factored(whole, damping) else { return nil }
            blocks.append((bend, factor))
            if holdsCommon { continue }
            for column in 0..<size {
                let image = product(bend, factor.solve((0..<size).map { bend[$0 * size + column] }))
                for row in 0..<size { schur[row * size + column] -= image[row] }
            }
            right = right - product(bend, factor.solve(here.models[n]))
        }
        var step = Step(common: right, models: [])
        if holdsCommon {
            step.common = right.map { _ in 0 }
        } else {
            guard let factor = factored(schur, damping) else { return nil }
            step.common = factor.solve(right)
        }
        step.decrease = -here.common.dot(step.common)
        for (n, block) in blocks.enumerated() {
            guard let (bend, factor) = block else {
                step.models.append([])
                continue
            }
            let model = factor.solve(product(bend, step.common) - here.models[n])
            step.decrease -= here.models[n].dot(model)
            step.models.append(model)
        }
        return step
    }

    /// A + δ for the least δ of a few that makes it positive definite.
    private func factored(_ matrix: [Double], _ damping: Double) -> CholeskyFactor? {
        var trace = 0.0
        for i in 0..<dimension { trace += matrix[i * dimension + i] }
        var extra = damping + 1e-15 * trace
        for _ in 0..<20 {
            var damped = matrix
            for i in 0..<dimension { damped[i * dimension + i] += extra }
            if let factor = CholeskyFactor(damped, size: dimension) { return factor }
            extra = max(10 * extra, 1e-12)
        }
        return nil
    }
}
