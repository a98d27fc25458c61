using System.Net;
using System.Net.Sockets;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>What a line does with those who use it.</summary>
internal enum LineState
{
    /// <summary>It carries what is sent.</summary>
    Open,

    /// <summary>Nobody listens at its end, and whoever was connected is cut off.</summary>
    Refusing,

    /// <summary>What is sent waits, and nobody is told: as when a cable is pulled and put back.</summary>
    Silent,

    /// <summary>Whoever is connected, and whoever connects, is cut off.</summary>
    Resetting,
}

/// <summary>Carries one connection from end to end; waits at <see cref="Line.Opened"/> before it passes anything on.</summary>
internal delegate Task Carry(Line line, NetworkStream client, NetworkStream server, CancellationToken cut);

/// <summary>A way over TCP from a port of 127.0.0.1 to another, which can be cut and restored.</summary>
internal sealed class Line : IAsyncDisposable
{
    private static readonly TimeSpan PortAgain = TimeSpan.FromMilliseconds(20);

    private readonly int _target;
    private readonly Carry _carry;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _listening;
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _cut = new();
    private TcpListener? _listener;
    private LineState _state;

    /// <param name="target">The port that it leads to.</param>
    public Line(int target, Carry? carry = null)
    {
        (_target, _carry) = (target, carry ?? Copy);
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _opened.SetResult();
        _listening = Listen();
    }

    public int Port { get; } = Mosquitto.FreePort();

    /// <summary>Completes while it carries.</summary>
    public Task Opened
    {
        get
        {
            lock (_lock)
            {
                return _opened.Task;
            }
        }
    }

    public void Set(LineState state)
    {
        lock (_lock)
        {
            _state = state;
            if (state == LineState.Open)
            {
                _opened.TrySetResult();
                return;
            }

            if (_opened.Task.IsCompleted)
            {
                _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (state == LineState.Refusing)
            {
                _listener?.Stop();
                _listener = null;
            }

            if (state != LineState.Silent)
            {
                _cut.Cancel();
                _cut.Dispose();
                _cut = new();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        lock (_lock)
        {
            _listener?.Stop();
            _cut.Cancel();
        }

        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _cut.Dispose();
    }

    private async Task Listen()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                _ = Carry(await Listener().AcceptSocketAsync(_ended.Token));
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // It refuses: the port is taken again as soon as it is to be open.
                await Opened.WaitAsync(_ended.Token);
                await Task.Delay(PortAgain, _ended.Token);
            }
        }
    }

    private TcpListener Listener()
    {
        lock (_lock)
        {
            if (_listener is null && _state != LineState.Refusing)
            {
                var listener = new TcpListener(IPAddress.Loopback, Port);
                listener.Start();
                _listener = listener;
            }

            return _listener ?? throw new InvalidOperationException("It refuses.");
        }
    }

    private async Task Carry(Socket client)
    {
        using var _ = client;
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        CancellationToken cut;
        lock (_lock)
        {
            cut = _state == LineState.Resetting ? new(true) : _cut.Token;
        }

        try
        {
            cut.ThrowIfCancellationRequested();
            await Opened.WaitAsync(cut);
            await server.ConnectAsync(IPAddress.Loopback, _target, cut);
            await using var near = new NetworkStream(client);
            await using var far = new NetworkStream(server);
            await _carry(this, near, far, cut);
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut, or one end has gone: without a goodbye, so is the other.
            client.LingerState = new(true, 0);
            server.LingerState = new(true, 0);
        }

        // Over a silent line an end does not hear that the other has gone.
        await Opened.WaitAsync(cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task Copy(Line line, NetworkStream client, NetworkStream server, CancellationToken cut) =>
        await await Task.WhenAny(Pass(line, client, server, cut), Pass(line, server, client, cut));

    /// <summary>Passes on what one end sends, until it ends.</summary>
    private static async Task Pass(Line line, NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, cut) is > 0 and var count)
        {
            await line.Opened.WaitAsync(cut);
            await to.WriteAsync(buffer.AsMemory(0, count), cut);
        }
    }
}
