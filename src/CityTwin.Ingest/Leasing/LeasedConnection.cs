using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;

namespace CityTwin.Ingest.Leasing;

/// <summary>
/// A connection to the external broker, made again and again for as long as this silo holds the lease of its client id.
/// </summary>
internal abstract partial class LeasedConnection(
    string clientId, ExternalBrokerOptions external, HeldLease lease, TimeProvider time, ILogger log)
    : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _leaving = new();
    private string? _trouble = "The broker is not connected yet.";
    private Task _running = Task.CompletedTask;

    public HeldLease Lease => lease;

    /// <summary>Why it is not connected; null = it is.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>True when it has come to its end; the lease may be held still.</summary>
    public bool HasEnded => _running.IsCompleted;

    /// <summary>Completes when it is at its end, without an exception.</summary>
    public Task Ended => _running;

    /// <summary>Told to end in good order.</summary>
    protected CancellationToken Leaving => _leaving.Token;

    /// <param name="stopping">Ends it without ado.</param>
    public void Start(CancellationToken stopping) => _running = Run(stopping);

    /// <summary>Ends it once what has come in is done with.</summary>
    public void Leave() => _leaving.Cancel();

    /// <summary>To be called once it has ended.</summary>
    public void Dispose()
    {
        _leaving.Dispose();
        lease.Dispose();
    }

    /// <summary>Uses the connection until it ends, and says when it works by calling <see cref="Works"/>.</summary>
    protected abstract Task Use(CancellationToken lost);

    protected void Works(bool isResumed)
    {
        Volatile.Write(ref _trouble, null);
        Connected(clientId, external.Host, external.Port, isResumed);
    }

    /// <summary>For all kinds of connections.</summary>
    protected MqttClientOptions ClientOptions(bool keepsSession, ushort receiveMax)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(external.Host, external.Port)
            .WithClientId(clientId)
            .WithTlsOptions(tls => tls.UseTls(external.UseTls));
        if (external.Credentials is { } credentials)
        {
            builder.WithCredentials(credentials.User, credentials.Password);
        }

        return external.UseMqtt311
            ? builder.WithProtocolVersion(MqttProtocolVersion.V311).WithCleanSession(!keepsSession).Build()
            : builder.WithProtocolVersion(MqttProtocolVersion.V500)
                .WithCleanStart(!keepsSession)
                .WithSessionExpiryInterval(keepsSession ? (uint)external.SessionExpiry.TotalSeconds : 0)
                .WithReceiveMaximum(receiveMax)
                .Build();
    }

    protected static async Task<MqttClientConnectResult> Connect(IMqttClient client, MqttClientOptions options, CancellationToken cancellation)
    {
        var connected = await client.ConnectAsync(options, cancellation).ConfigureAwait(false);
        return connected.ResultCode == MqttClientConnectResultCode.Success
            ? connected
            : throw new InvalidOperationException($"The broker refused the connection: {connected.ResultCode} {connected.ReasonString}");
    }

    private async Task Run(CancellationToken stopping)
    {
        // Whoever starts it does not wait for its first step.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease.Lost);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(either.Token, Leaving);
        var backoff = new Backoff(FirstPause, external.ReconnectMax, time);
        while (!any.IsCancellationRequested)
        {
            try
            {
                if (await lease.Confirm(either.Token).ConfigureAwait(false))
                {
                    await Use(either.Token).ConfigureAwait(false);
                }
            }
            catch (Exception) when (either.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                if (Trouble is null)
                {
                    backoff.Reset();
                }

                Volatile.Write(ref _trouble, failure.Message);
                ConnectionLost(clientId, external.Host, external.Port, failure.Message);
            }

            await backoff.Pause(any.Token).ConfigureAwait(false);
        }

        Left(clientId, lease.Lost.IsCancellationRequested ? "its lease is lost" : "it is given up");
    }

    [LoggerMessage(3121, LogLevel.Information, "Connected as {Client} to the broker {Host}:{Port}; it had kept our session: {Resumed}.")]
    private partial void Connected(string client, string host, int port, bool resumed);

    [LoggerMessage(3122, LogLevel.Warning, "The connection as {Client} to the broker {Host}:{Port} ended and is made again: {Problem}")]
    private partial void ConnectionLost(string client, string host, int port, string problem);

    [LoggerMessage(3123, LogLevel.Information, "No more connected as {Client}: {Why}.")]
    private partial void Left(string client, string why);
}
