#!/usr/bin/env bash
# Runs a command in two ranks of Open MPI, each in a network namespace of its own,
# with a link of a given speed between them: two machines on one. Needs root, Open
# MPI and iproute2; removes the namespaces at the end.
#
#   bench/shaped_link.sh 1gbit deno task bench ranks
#
# Both ranks share the processors, and their system calls the kernel: a link slower
# than real ones is the most that this can say about a network.
set -euo pipefail

if [[ $# -lt 2 ]]; then
  echo "Usage: bench/shaped_link.sh RATE COMMAND..., such as 1gbit deno task bench ranks" >&2
  exit 2
fi
rate=$1
shift

readonly a=ranks-a b=ranks-b
folder=$(mktemp -d)
cleanup() {
  ip netns delete $a 2>/dev/null || true
  ip netns delete $b 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 143' INT TERM
ip netns delete $a 2>/dev/null || true # of a run that was killed
ip netns delete $b 2>/dev/null || true

ip netns add $a
ip netns add $b
ip link add veth-a netns $a type veth peer name veth-b netns $b
for side in a b; do
  ip -n ranks-$side address add 10.77.0.$([[ $side == a ]] && echo 1 || echo 2)/24 dev veth-$side
  ip -n ranks-$side link set lo up
  ip -n ranks-$side link set veth-$side up
  tc -n ranks-$side qdisc add dev veth-$side root tbf rate "$rate" burst 256k latency 50ms
done

# In place of ssh: the second host is the other namespace.
cat >"$folder/agent" <<AGENT
#!/usr/bin/env bash
shift
exec ip netns exec $b bash -c "\$*"
AGENT
chmod +x "$folder/agent"

exec_mpi() {
  ip netns exec $a env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
    mpirun -n 2 --host 10.77.0.1,10.77.0.2 --map-by node --bind-to none \
    --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self --mca pml ob1 \
    --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
    --mca mpi_yield_when_idle 1 "$@"
}
exec_mpi "$@"
