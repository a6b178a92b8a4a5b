#!/usr/bin/env bash
# A folder of calls on a Slurm cluster, one part a task:
#
#     sbatch --array=1-8 scripts/cluster/slurm_array.sh CALLS REPORTS [MORE FLAGS...]
#
# Every task takes its own part of the calls, whichever tasks run when; the same command again does what is left.
# CALLS and REPORTS lie where all nodes see them. Afterwards `rapport analyze CALLS -o REPORTS`, once and without a
# part, finds everything done and writes the page of all calls.
#SBATCH --job-name=rapport
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=08:00:00
set -euo pipefail

calls=${1:?the folder of the calls}
reports=${2:?the folder of the reports}
shift 2
# Arrays may count from anywhere: 0-7 and 1-8 are the same eight parts.
part=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN + 1))/$SLURM_ARRAY_TASK_COUNT
exec rapport analyze "$calls" -o "$reports" --shard "$part" --jobs "${SLURM_CPUS_PER_TASK:-1}" "$@"
