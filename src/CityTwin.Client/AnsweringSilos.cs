using System.Collections.Concurrent;
using System.Security.Cryptography;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace CityTwin.Client;

/// <summary>
/// In turn all silos that there is a connection to, save those at which a call has just failed on the way. A silo that stops
/// takes no new calls while its last ones end, and until then looks connected: with the tries of one call in turn among
/// others, all of them could meet it by chance.
/// </summary>
internal sealed class AnsweringSilos(TimeProvider time) : LoadBalancerFactory
{
    /// <summary>As the service config names it.</summary>
    public const string PolicyName = "answering_silos";

    /// <summary>For so long, unless no other silo is left; by then the connection is known to be gone, or there is a new one.</summary>
    private static readonly TimeSpan AvoidedFor = TimeSpan.FromSeconds(3);

    /// <summary>When a call last failed on its way to a silo, in the clock's own ticks; there are as many as addresses in the options.</summary>
    private readonly ConcurrentDictionary<(string, int), long> _failedAt = new();

    public override string Name => PolicyName;

    public override LoadBalancer Create(LoadBalancerOptions options) => new Balancer(this, options.Controller, options.LoggerFactory);

    private bool IsAvoided(Subchannel silo) =>
        silo.CurrentAddress is { EndPoint: var place } && _failedAt.TryGetValue((place.Host, place.Port), out var at) && time.GetElapsedTime(at) < AvoidedFor;

    private void Failed(BalancerAddress address) => _failedAt[(address.EndPoint.Host, address.EndPoint.Port)] = time.GetTimestamp();

    private sealed class Balancer(AnsweringSilos silos, IChannelControlHelper controller, ILoggerFactory log) : SubchannelsLoadBalancer(controller, log)
    {
        protected override SubchannelPicker CreatePicker(IReadOnlyList<Subchannel> readySubchannels) => new Picker(silos, [.. readySubchannels]);
    }

    private sealed class Picker(AnsweringSilos silos, Subchannel[] connected) : SubchannelPicker
    {
        private readonly Tracker _tracker = new(silos);
        private uint _turn = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);

        public override PickResult Pick(PickContext context)
        {
            var turn = Interlocked.Increment(ref _turn);
            for (var step = 0U; step < connected.Length; step++)
            {
                var silo = connected[unchecked(turn + step) % (uint)connected.Length];
                if (!silos.IsAvoided(silo))
                {
                    return PickResult.ForSubchannel(silo, _tracker);
                }
            }

            return PickResult.ForSubchannel(connected[turn % (uint)connected.Length], _tracker);
        }
    }

    private sealed class Tracker(AnsweringSilos silos) : ISubchannelCallTracker
    {
        public void Start()
        {
        }

        /// <summary>A status that a silo answers is none of these errors, and neither is it when the caller gives up.</summary>
        public void Complete(CompletionContext context)
        {
            if (context is { Error: not null and not OperationCanceledException, Address: { } address })
            {
                silos.Failed(address);
            }
        }
    }
}
