// PMIx, as prterun and srun --mpi=pmix have it: processes are told the number of all over a socket, not in variables.
enum PMIx: JobLauncher {
    static let name = "PMIx"
    static var rankVariables: (rank: String, size: String?)? { ("PMIX_RANK", nil) }
}
