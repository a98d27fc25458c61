using System.Diagnostics;

namespace CityTwin.Testing;

/// <summary>
/// A disk of its own that can be made full and free again; it ends with this object. Made of memory, because that takes no
/// device; for that one has to be root and allowed to mount, as in most containers one is not.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const long PageBytes = 4096;
    private const int FillTriesMax = 20;

    private readonly long _bytes;

    private SmallDisk(string folder, long bytes) => (Folder, _bytes) = (folder, bytes);

    public string Folder { get; }

    /// <param name="bytes">How much fits on it; what is not used takes no memory.</param>
    /// <returns>Null where one may not mount.</returns>
    public static async Task<SmallDisk?> TryMake(long bytes, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-disk-").FullName;
        if (Environment.IsPrivilegedProcess && await Mount(cancellation, "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", folder))
        {
            return new(folder, bytes);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>From now on no file on it can grow.</summary>
    public async Task Fill(CancellationToken cancellation)
    {
        // Whoever writes meanwhile makes the size too small: then it is looked at again.
        for (var tries = 0; tries < FillTriesMax; tries++)
        {
            var disk = new DriveInfo(Folder);
            if (await Resize(long.Max(PageBytes, disk.TotalSize - disk.TotalFreeSpace), cancellation))
            {
                return;
            }
        }

        throw new InvalidOperationException($"{Folder} could not be made full.");
    }

    /// <summary>There is room again.</summary>
    public async Task Free(CancellationToken cancellation)
    {
        if (!await Resize(_bytes, cancellation))
        {
            throw new InvalidOperationException($"{Folder} could not be made larger again.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var unmount = Process.Start("umount", ["--lazy", Folder]);
        await unmount.WaitForExitAsync();
        Directory.Delete(Folder);
    }

    private Task<bool> Resize(long bytes, CancellationToken cancellation) => Mount(cancellation, "-o", $"remount,size={bytes}", Folder);

    private static async Task<bool> Mount(CancellationToken cancellation, params string[] arguments)
    {
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        await mount.WaitForExitAsync(cancellation);
        return mount.ExitCode == 0;
    }
}
