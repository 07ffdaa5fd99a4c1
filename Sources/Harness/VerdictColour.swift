// The colour of a verdict: whether a glance is enough.
public import Platform

extension Verdict {
    /// Green where every honest node finished, learned and agrees; red where the run says nothing, or nobody learned.
    public var colour: Colour {
        if hasFailed || survivors.isEmpty || !hasLearned { return wasStopped ? .amber : .red }
        return lost.isEmpty && failed.isEmpty && far.isEmpty && agrees ? .green : .amber
    }
}
