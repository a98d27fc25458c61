using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.Console.Tests.Hosting;

/// <summary>The console as an operator has it before them: a browser on a <see cref="FakeHost"/>.</summary>
internal sealed class Screen : IAsyncDisposable
{
    /// <summary>How long anything may take to show, on a machine that builds and tests beside it.</summary>
    public const float DeadlineMilliseconds = 20_000;

    private readonly IBrowserContext _context;

    private Screen(IBrowserContext context, IPage page, FakeHost host)
    {
        (_context, Page, Host) = (context, page, host);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Errors.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => Errors.Enqueue(error);
        page.Request += (_, request) => Requests.Enqueue(request.Url);
    }

    public IPage Page { get; }

    public FakeHost Host { get; private set; }

    /// <summary>What the browser complained of: script errors, refused scripts, requests that failed.</summary>
    public ConcurrentQueue<string> Errors { get; } = [];

    /// <summary>Every address the page asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Opens the console on a small city and waits until it is live.</summary>
    public static async Task<Screen> Open(IBrowser browser, bool hasOwnClock = false, Action<FakeCity>? prepare = null)
    {
        var host = new FakeHost(new FakeCity(SmallCity.Map(), SmallCity.Dependents, SmallCity.Supplies));
        prepare?.Invoke(host.City);
        await host.Start();
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1366, Height = 768 } });
        context.SetDefaultTimeout(DeadlineMilliseconds);
        var page = await context.NewPageAsync();
        if (hasOwnClock)
        {
            await page.Clock.InstallAsync();
        }

        var screen = new Screen(context, page, host);
        await page.GotoAsync(host.Address.ToString());
        await screen.Is("live");
        await Assertions.Expect(page.Locator("#sensor-counts")).ToHaveTextAsync("2/2", new() { Timeout = DeadlineMilliseconds });
        return screen;
    }

    /// <summary>Waits until the connection is said to be so.</summary>
    public Task Is(string connection) => Shows(Page.Locator($"#console[data-connection={connection}]"));

    public static Task Shows(ILocator locator) => Assertions.Expect(locator).ToBeVisibleAsync(new() { Timeout = DeadlineMilliseconds });

    public static Task Says(ILocator locator, string text) => Assertions.Expect(locator).ToContainTextAsync(text, new() { Timeout = DeadlineMilliseconds });

    /// <summary>How many pixels of the grids have the colour of a level, given as red, green and blue.</summary>
    public Task<int> Pixels(int red, int green, int blue) => Page.EvaluateAsync<int>(
        """
        ([red, green, blue]) => {
          const canvas = document.querySelector('.layer-network');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 120 && Math.abs(data[i] - red) < 24 && Math.abs(data[i + 1] - green) < 24 && Math.abs(data[i + 2] - blue) < 24) count++;
          }
          return count;
        }
        """, new[] { red, green, blue });

    /// <summary>Asks again until it is so; fails when the deadline passes.</summary>
    public static async Task Becomes<T>(Func<Task<T>> ask, Func<T, bool> isRight)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(DeadlineMilliseconds));
        var answer = await ask();
        while (!isRight(answer))
        {
            Assert.False(deadline.IsCancellationRequested, $"In time it was still {answer}.");
            answer = await ask();
        }
    }

    /// <summary>Kills the server and starts another one for the same city at the same address.</summary>
    public async Task RestartServer(Func<Task> meanwhile)
    {
        var port = Host.Address.Port;
        var city = Host.City;
        await Host.DisposeAsync();
        await meanwhile();
        Host = new FakeHost(city);
        await Host.Start(port);
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await Host.DisposeAsync();
    }
}
