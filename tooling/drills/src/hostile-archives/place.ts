import { execFileSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What lay where: one line for each entry. */
interface Sight {
  readonly target: string
  readonly around: string
}

export interface Found {
  /** What was there and is not as it was. */
  readonly lost: string[]
  /** What is there and must not be. */
  readonly harm: string[]
  /** What a restore has left lying about. */
  readonly left: string[]
}

const LIST = `cd "$1" && find . -path "./$2" -prune -o -printf '%p %y %m %s %n %U %l\\n' | LC_ALL=C sort
find . -path "./$2" -prune -o -type f -exec sha256sum {} + | LC_ALL=C sort`
/** Anything but files, directories and links, or a bit that lends rights. */
const ODD = `cd "$1" && find . ! -type f ! -type d ! -type l -o ! -type l -perm /7000`

/** A target with content, and beside it what an archive would like to reach. */
export class Place {
  readonly target: string
  readonly outside: string
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
    this.target = path.join(directory, 'target')
    this.outside = path.join(directory, 'outside')
  }

  static async make(directory: string): Promise<Place> {
    const place = new Place(directory)
    await mkdir(path.join(place.target, 'deep'), { recursive: true })
    await mkdir(place.outside)
    await writeFile(path.join(place.outside, 'secret'), 'secret\n')
    await writeFile(path.join(place.target, 'old'), 'old\n')
    await writeFile(path.join(place.target, 'deep', 'er'), 'old\n')
    await symlink('../outside', path.join(place.target, 'l'))
    return place
  }

  /** So that a user can work there, and reach what is outside as well as root could. */
  async giveTo(uid: number): Promise<void> {
    execFileSync('chown', ['-R', '-h', `${uid}:${uid}`, this.#directory])
    execFileSync('chmod', ['711', path.dirname(this.#directory)])
    await Promise.resolve()
  }

  async look(): Promise<Sight> {
    await Promise.resolve()
    return { target: list(this.target, 'nothing'), around: list(this.#directory, 'target') }
  }

  /** @param isUnpacked whether the target may hold something else now */
  async judge(before: Sight, isUnpacked: boolean): Promise<Found> {
    const now = await this.look()
    const left = (await readdir(this.#directory)).filter((name) => name !== 'target' && name !== 'outside')
    const lost: string[] = []
    if (withoutFirst(now.around) !== withoutFirst(before.around) && left.length === 0)
      lost.push(`outside has changed:\n${now.around}`)
    if (!isUnpacked && now.target !== before.target) lost.push(`the old content has changed:\n${now.target}`)
    const odd = isUnpacked ? execFileSync('sh', ['-c', ODD, 'sh', this.target], { encoding: 'utf8' }) : ''
    return {
      lost,
      harm: odd === '' ? [] : [`something odd was unpacked: ${odd}`],
      left: left.map((name) => `left behind: ${name}`),
    }
  }
}

/** The directory itself, whose size and links change with every entry. */
function withoutFirst(listing: string): string {
  return listing.split('\n').slice(1).join('\n')
}

function list(directory: string, leftOut: string): string {
  return execFileSync('sh', ['-c', LIST, 'sh', directory, leftOut], { encoding: 'utf8' })
}
