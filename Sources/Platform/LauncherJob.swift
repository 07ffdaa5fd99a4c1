// LauncherJob: the job name that a cluster's launcher gives, from which nodes without a nonce make one for their run.
import Glibc
public import Wire

/// The job that this process was started in, as its launcher names it in the environment.
public enum LauncherJob {
    /// Variables of one launcher. Their values together are the same for all processes of a job, and no other job's.
    struct Variables {
        let needed: [String]
        /// Added where they are there: parts of a job, or its repetitions.
        var further: [String] = []
        /// What the first one holds where the job has no name.
        var nameless = ""
        /// What follows this in the first one is the process's own.
        var end: Character?
    }

    /// The first whose variables are there counts: what starts processes stands before what lends the machines.
    static let known = [
        // Whoever starts the processes by other means, as 'gossiplab manifest' does.
        Variables(needed: ["GOSSIPNODE_JOB"]),
        // Open MPI 4 and later, PRRTE, and srun --mpi=pmix.
        Variables(needed: ["PMIX_NAMESPACE"]),
        // Open MPI 1 to 4.
        Variables(needed: ["OMPI_MCA_ess_base_jobid"]),
        // torchrun, which calls a job "none" unless it is told otherwise.
        Variables(needed: ["TORCHELASTIC_RUN_ID"], nameless: "none"),
        Variables(needed: ["FLUX_JOB_ID"]),
        // Without its steps: what mpirun starts under Slurm may belong to several. And without the number of its
        // restarts: a job that is started again goes on with its run, and some of its nodes may know of no earlier one.
        Variables(needed: ["SLURM_JOB_ID"]),
        // PBS Pro and TORQUE.
        Variables(needed: ["PBS_JOBID"]),
        Variables(needed: ["AWS_BATCH_JOB_ID"], end: "#"),
        Variables(needed: ["LSB_JOBID"], further: ["LSB_JOBINDEX"]),
        // Grid Engine; its first name alone could be anyone's.
        Variables(needed: ["JOB_ID", "SGE_TASK_ID"]),
    ]

    /// The nonce of the job; `nil` where no launcher is known.
    ///
    /// - Parameter value: of a variable; `nil` where it is not there.
    public static func nonce(_ value: (String) -> String? = environment) -> RunNonce? {
        func given(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
        for variables in known {
            let needed = variables.needed.compactMap(given)
            guard needed.count == variables.needed.count, needed[0] != variables.nameless else { continue }
            let names = variables.needed + variables.further.filter { given($0) != nil }
            return RunNonce(
                hashing: names.map { name in
                    let value = given(name) ?? ""
                    return "\(name)=\(value.prefix { $0 != variables.end })\n"
                }.joined())
        }
        return nil
    }

    /// The value of a variable of this process's environment.
    public static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
